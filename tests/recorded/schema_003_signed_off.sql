BEGIN TRANSACTION;
CREATE TABLE commit_token (
    id INTEGER NOT NULL,
    token BLOB NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO "commit_token" VALUES(1,X'EFF26B5010AF3177D161E79587A766EC');
CREATE TABLE cursor (
    name VARCHAR NOT NULL,
    position INTEGER NOT NULL, "partition" INTEGER, "offset" INTEGER,
    PRIMARY KEY (name)
);
CREATE TABLE employee (
    badge VARCHAR NOT NULL,
    employee_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    PRIMARY KEY (badge)
);
INSERT INTO "employee" VALUES('EMP1001','1001','Anna','cashier');
INSERT INTO "employee" VALUES('EMP9001','9001','Maria','lead');
CREATE TABLE epoch (
    epoch INTEGER NOT NULL,
    source VARCHAR NOT NULL, predecessor_epoch INTEGER, predecessor_sequence INTEGER, predecessor_hash BLOB, by_hand BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (epoch)
);
INSERT INTO "epoch" VALUES(1772366400,'/stores/1/lanes/1',NULL,NULL,NULL,0);
CREATE TABLE job (
    id INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    owner VARCHAR NOT NULL,
    body VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    attempts INTEGER NOT NULL,
    created_at FLOAT NOT NULL,
    not_before FLOAT NOT NULL,
    detail VARCHAR NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO "job" VALUES(1,'drawer','lane','{"basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2"}','done',1,1772366404.75,0.0,'');
INSERT INTO "job" VALUES(2,'receipt','lane','{"sale":{"store":"1","lane":"1","operator":"Anna","paid_at":"2026-03-01T12:00:04.750000Z","basket":{"basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2","sale_number":1,"started_at":"2026-03-01T12:00:02.500000Z","lines":[{"line_id":1,"gtin":"04006381333931","description":"Pen","quantity":1,"unit_price":{"minor":129,"currency":"EUR"},"tax_rate":"19","restriction":null,"weight":null,"label_price":null,"flags":[],"voided":true},{"line_id":2,"gtin":"00000096385074","description":"Beer","quantity":1,"unit_price":{"minor":99,"currency":"EUR"},"tax_rate":"19","restriction":"alcohol","weight":null,"label_price":null,"flags":[],"voided":false},{"line_id":3,"gtin":"04006381333931","description":"Pen","quantity":3,"unit_price":{"minor":129,"currency":"EUR"},"tax_rate":"19","restriction":null,"weight":null,"label_price":null,"flags":[],"voided":false}],"customer_id":"5001","holds":[],"totals":{"item_count":4,"net":{"minor":408,"currency":"EUR"},"tax":{"minor":78,"currency":"EUR"},"total":{"minor":486,"currency":"EUR"},"taxes":[{"rate":"19","net":{"minor":408,"currency":"EUR"},"tax":{"minor":78,"currency":"EUR"},"gross":{"minor":486,"currency":"EUR"}}]},"subtotaled":true,"age_checked":null,"age_failed":null},"tender":"cash","tendered":{"minor":1000,"currency":"EUR"},"change":{"minor":514,"currency":"EUR"}},"chain_code":"7747-6134","edition":"original"}','dismissed',1,1772366404.75,0.0,'printed again');
INSERT INTO "job" VALUES(3,'receipt','lane','{"sale":{"store":"1","lane":"1","operator":"Anna","paid_at":"2026-03-01T12:00:04.750000Z","basket":{"basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2","sale_number":1,"started_at":"2026-03-01T12:00:02.500000Z","lines":[{"line_id":1,"gtin":"04006381333931","description":"Pen","quantity":1,"unit_price":{"minor":129,"currency":"EUR"},"tax_rate":"19","restriction":null,"weight":null,"label_price":null,"flags":[],"voided":true},{"line_id":2,"gtin":"00000096385074","description":"Beer","quantity":1,"unit_price":{"minor":99,"currency":"EUR"},"tax_rate":"19","restriction":"alcohol","weight":null,"label_price":null,"flags":[],"voided":false},{"line_id":3,"gtin":"04006381333931","description":"Pen","quantity":3,"unit_price":{"minor":129,"currency":"EUR"},"tax_rate":"19","restriction":null,"weight":null,"label_price":null,"flags":[],"voided":false}],"customer_id":"5001","holds":[],"totals":{"item_count":4,"net":{"minor":408,"currency":"EUR"},"tax":{"minor":78,"currency":"EUR"},"total":{"minor":486,"currency":"EUR"},"taxes":[{"rate":"19","net":{"minor":408,"currency":"EUR"},"tax":{"minor":78,"currency":"EUR"},"gross":{"minor":486,"currency":"EUR"}}]},"subtotaled":true,"age_checked":null,"age_failed":null},"tender":"cash","tendered":{"minor":1000,"currency":"EUR"},"change":{"minor":514,"currency":"EUR"}},"chain_code":"7747-6134","edition":"copy"}','pending',0,1772366406.0,1772366406.0,'');
CREATE TABLE lane (
    id INTEGER NOT NULL,
    body VARCHAR NOT NULL,
    running BOOLEAN NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO "lane" VALUES(1,'{"store":"1","lane":"1","currency":"EUR","operator":null,"basket":null,"last_sale_number":2,"prompts":[{"message":"printer is out of paper. Put paper in.","severity":"attention","source":"printer","lasts":"retracted"},{"message":"The cash drawer is open. Close it.","severity":"attention","source":"printer drawer","lasts":"retracted"},{"message":"Signed off. Goodbye.","severity":"info","source":"lane","lasts":"input"}]}',0);
CREATE TABLE outbox (
    position INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    event_id VARCHAR NOT NULL,
    type VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    occurred_at VARCHAR NOT NULL,
    body VARCHAR NOT NULL,
    previous_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (position)
);
INSERT INTO "outbox" VALUES(1,1772366400,1,'019ca945-0afa-78b4-a652-e44da7f29e26','lane.agent.started',1,'2026-03-01T12:00:00.250000Z','{"type":"lane.agent.started","version":1,"occurred_at":"2026-03-01T12:00:00.250000Z","agent_version":"0.1.0","previous_stop":"none"}',X'0000000000000000000000000000000000000000000000000000000000000000',X'A485B32DA3402CB2917FAAFF20B23E082F80748968A4A0348C8506B93EEC1EFC');
INSERT INTO "outbox" VALUES(2,1772366400,2,'019ca945-0cee-7e27-9365-50a4a3a65c0c','lane.price_book.imported',1,'2026-03-01T12:00:00.750000Z','{"type":"lane.price_book.imported","version":1,"occurred_at":"2026-03-01T12:00:00.750000Z","items":3,"sha256":"d20d73d53719c870ff0d5fe3e2112877f807bfa1ae0d2d6f77f42b3497b00b57"}',X'A485B32DA3402CB2917FAAFF20B23E082F80748968A4A0348C8506B93EEC1EFC',X'D8FABF06385F1AC257E7114FAC4E998CB5BA6EA099AC4477C9D2EB7A6E5422AF');
INSERT INTO "outbox" VALUES(3,1772366400,3,'019ca945-0de8-732f-8b12-24083fd22f89','lane.people.imported',1,'2026-03-01T12:00:01Z','{"type":"lane.people.imported","version":1,"occurred_at":"2026-03-01T12:00:01Z","people":2,"sha256":"d493df2db4c8e4b60ef8b50f16a10ea83d0426f7a694e749f047a23b05a6c9d3"}',X'D8FABF06385F1AC257E7114FAC4E998CB5BA6EA099AC4477C9D2EB7A6E5422AF',X'EEC67FA037E83D2C678B49DED9A4B810054023C7C6A507E5C2E8487570364745');
INSERT INTO "outbox" VALUES(4,1772366400,4,'019ca945-0ee2-71e8-9818-f8c99d5d3195','lane.recalls.imported',1,'2026-03-01T12:00:01.250000Z','{"type":"lane.recalls.imported","version":1,"occurred_at":"2026-03-01T12:00:01.250000Z","recalls":1,"sha256":"ac5caeb8b637ec781fe166de014b7f95e95dd2223ef36a995664660cd908dcdf"}',X'EEC67FA037E83D2C678B49DED9A4B810054023C7C6A507E5C2E8487570364745',X'AF7C1F68987750DA7EA8E055C4E31BB0DD7DD1AECFA5EFE6030B38382D8FFE53');
INSERT INTO "outbox" VALUES(5,1772366400,5,'019ca945-0fdc-7504-990e-945de2e8e781','lane.device.changed',1,'2026-03-01T12:00:01.500000Z','{"type":"lane.device.changed","version":1,"occurred_at":"2026-03-01T12:00:01.500000Z","device":"printer","state":"claimed","detail":""}',X'AF7C1F68987750DA7EA8E055C4E31BB0DD7DD1AECFA5EFE6030B38382D8FFE53',X'C17A1D732CAAB65A9BF729E098383AAD640DCD7F5B1908A4726543C7565B1770');
INSERT INTO "outbox" VALUES(6,1772366400,6,'019ca945-10d6-7c75-b636-d85099090016','lane.device.changed',1,'2026-03-01T12:00:01.750000Z','{"type":"lane.device.changed","version":1,"occurred_at":"2026-03-01T12:00:01.750000Z","device":"printer","state":"ready","detail":"out of paper"}',X'C17A1D732CAAB65A9BF729E098383AAD640DCD7F5B1908A4726543C7565B1770',X'ECF0B4E681B7587E3A2E04C4C6325434286E4AF6A0783219BE70B8C27B0AB95E');
INSERT INTO "outbox" VALUES(7,1772366400,7,'019ca945-11d0-7a67-836f-9b540d6be211','pos.scan.refused',1,'2026-03-01T12:00:02Z','{"type":"pos.scan.refused","version":1,"occurred_at":"2026-03-01T12:00:02Z","code":"nobody_signed_on","message":"Nobody is signed on. Scan your badge to sign on first.","gtin":null}',X'ECF0B4E681B7587E3A2E04C4C6325434286E4AF6A0783219BE70B8C27B0AB95E',X'2C3BF9B8A6E0C8BE4D18671DBD820F5697A900773F7A25C7DA6EB33C8788BFA0');
INSERT INTO "outbox" VALUES(8,1772366400,8,'019ca945-12ca-764a-ad6c-b6dd210facd3','pos.employee.logged_in',1,'2026-03-01T12:00:02.250000Z','{"type":"pos.employee.logged_in","version":1,"occurred_at":"2026-03-01T12:00:02.250000Z","session_id":"019ca945-12ca-7417-9c3d-d9f73817118d","employee_id":"1001","role":"cashier"}',X'2C3BF9B8A6E0C8BE4D18671DBD820F5697A900773F7A25C7DA6EB33C8788BFA0',X'FB96FE051B3E9CFDEF5BC3B2C13EEE6DC2C8AB314B3E9ED5ED390F623E070835');
INSERT INTO "outbox" VALUES(9,1772366400,9,'019ca945-13c4-7930-a639-38b370a19fa0','pos.basket.started',1,'2026-03-01T12:00:02.500000Z','{"type":"pos.basket.started","version":1,"occurred_at":"2026-03-01T12:00:02.500000Z","basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2","sale_number":1,"employee_id":"1001"}',X'FB96FE051B3E9CFDEF5BC3B2C13EEE6DC2C8AB314B3E9ED5ED390F623E070835',X'0EE44CAA76BA1539369CDCB0DD58EF07E3CF3382A0D24029AD3932D0256A9638');
INSERT INTO "outbox" VALUES(10,1772366400,10,'019ca945-13c4-7148-bf95-a90d9df2d60f','pos.customer.identified',1,'2026-03-01T12:00:02.500000Z','{"type":"pos.customer.identified","version":1,"occurred_at":"2026-03-01T12:00:02.500000Z","basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2","customer_id":"5001"}',X'0EE44CAA76BA1539369CDCB0DD58EF07E3CF3382A0D24029AD3932D0256A9638',X'D738FF928BA06359E14C210C53F3067DA04456832E0C4EAA24CB2E9ADD381A47');
INSERT INTO "outbox" VALUES(11,1772366400,11,'019ca945-14be-7f04-bd93-f50ae6958c65','pos.item.added',2,'2026-03-01T12:00:02.750000Z','{"type":"pos.item.added","version":2,"occurred_at":"2026-03-01T12:00:02.750000Z","basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2","line_id":1,"gtin":"04006381333931","description":"Pen","quantity":1,"unit_price":{"minor":129,"currency":"EUR"},"amount":{"minor":129,"currency":"EUR"},"tax_rate":"19","restriction":null,"weight":null,"label_price":null,"flags":[],"read_as":null}',X'D738FF928BA06359E14C210C53F3067DA04456832E0C4EAA24CB2E9ADD381A47',X'2A3D23E9A8F12EB824D9829DF1CDC7EA83298F1C899CAADB2E819BC5E8568956');
INSERT INTO "outbox" VALUES(12,1772366400,12,'019ca945-15b8-7ce2-b10c-ccdaebf99838','pos.scan.refused',1,'2026-03-01T12:00:03Z','{"type":"pos.scan.refused","version":1,"occurred_at":"2026-03-01T12:00:03Z","code":"recalled","message":"Milk: it is recalled: glass splinters. Put it aside.","gtin":"04012345678901"}',X'2A3D23E9A8F12EB824D9829DF1CDC7EA83298F1C899CAADB2E819BC5E8568956',X'622527ABBF647B0CA321C0E5A78C8AAD0C311D4C71B09EA44B0D9BEF18958A21');
INSERT INTO "outbox" VALUES(13,1772366400,13,'019ca945-16b2-7dbe-9722-96d5234a4c6b','pos.item.added',2,'2026-03-01T12:00:03.250000Z','{"type":"pos.item.added","version":2,"occurred_at":"2026-03-01T12:00:03.250000Z","basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2","line_id":2,"gtin":"00000096385074","description":"Beer","quantity":1,"unit_price":{"minor":99,"currency":"EUR"},"amount":{"minor":99,"currency":"EUR"},"tax_rate":"19","restriction":"alcohol","weight":null,"label_price":null,"flags":[],"read_as":null}',X'622527ABBF647B0CA321C0E5A78C8AAD0C311D4C71B09EA44B0D9BEF18958A21',X'82B53EFC301382C6CF1628B53CDFA2AB4232C04590028DCB98889B9E0F66921F');
INSERT INTO "outbox" VALUES(14,1772366400,14,'019ca945-16b2-74e6-ad24-ec636a8a271e','pos.age.check_required',1,'2026-03-01T12:00:03.250000Z','{"type":"pos.age.check_required","version":1,"occurred_at":"2026-03-01T12:00:03.250000Z","basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2","line_id":2,"category":"alcohol","minimum_age":18}',X'82B53EFC301382C6CF1628B53CDFA2AB4232C04590028DCB98889B9E0F66921F',X'8135EA64CDC89699292D722E8B7CF1073DC39C29C198099EBCC14BFBB267EB18');
INSERT INTO "outbox" VALUES(15,1772366400,15,'019ca945-16b2-7866-a792-38aaf84e6d8f','pos.hold.placed',1,'2026-03-01T12:00:03.250000Z','{"type":"pos.hold.placed","version":1,"occurred_at":"2026-03-01T12:00:03.250000Z","basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2","hold_id":"019ca945-16b2-70d7-ac0b-3e97818ec4db","source":"age-verification","message":"Check ID: the customer must be 18 or older."}',X'8135EA64CDC89699292D722E8B7CF1073DC39C29C198099EBCC14BFBB267EB18',X'AFE3CC964C02351DEB25A97EA452B327FB52B8C6219E74219F66667A6C422D38');
INSERT INTO "outbox" VALUES(16,1772366400,16,'019ca945-17ac-7fa8-add0-94ba97ae442e','pos.item.added',2,'2026-03-01T12:00:03.500000Z','{"type":"pos.item.added","version":2,"occurred_at":"2026-03-01T12:00:03.500000Z","basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2","line_id":3,"gtin":"04006381333931","description":"Pen","quantity":3,"unit_price":{"minor":129,"currency":"EUR"},"amount":{"minor":387,"currency":"EUR"},"tax_rate":"19","restriction":null,"weight":null,"label_price":null,"flags":[],"read_as":null}',X'AFE3CC964C02351DEB25A97EA452B327FB52B8C6219E74219F66667A6C422D38',X'F52C138F4EB50BA196F074041FA7C48603979D74D6FA1932C2D2DAE184FC6C28');
INSERT INTO "outbox" VALUES(17,1772366400,17,'019ca945-18a6-72db-a11a-91bfe3943a92','pos.item.voided',1,'2026-03-01T12:00:03.750000Z','{"type":"pos.item.voided","version":1,"occurred_at":"2026-03-01T12:00:03.750000Z","basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2","line_id":1,"gtin":"04006381333931","amount":{"minor":129,"currency":"EUR"},"employee_id":"1001","after_subtotal":false}',X'F52C138F4EB50BA196F074041FA7C48603979D74D6FA1932C2D2DAE184FC6C28',X'2E38A16E9CD17FBEAE0EAF0366406E82BAFBCD2B063FFB79D7EBB24C5253DA2F');
INSERT INTO "outbox" VALUES(18,1772366400,18,'019ca945-19a0-77d5-8fa3-c5501830555f','pos.subtotal.finalized',1,'2026-03-01T12:00:04Z','{"type":"pos.subtotal.finalized","version":1,"occurred_at":"2026-03-01T12:00:04Z","basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2","item_count":4,"net":{"minor":408,"currency":"EUR"},"tax":{"minor":78,"currency":"EUR"},"total":{"minor":486,"currency":"EUR"},"taxes":[{"rate":"19","net":{"minor":408,"currency":"EUR"},"tax":{"minor":78,"currency":"EUR"},"gross":{"minor":486,"currency":"EUR"}}]}',X'2E38A16E9CD17FBEAE0EAF0366406E82BAFBCD2B063FFB79D7EBB24C5253DA2F',X'DECA3AEE044FEBBE4279A2759A902478824FEE8F0F5A1DD8AA0A63AEE877189E');
INSERT INTO "outbox" VALUES(19,1772366400,19,'019ca945-1b94-7235-b118-29fb388c4cb6','pos.hold.released',1,'2026-03-01T12:00:04.500000Z','{"type":"pos.hold.released","version":1,"occurred_at":"2026-03-01T12:00:04.500000Z","basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2","hold_id":"019ca945-16b2-70d7-ac0b-3e97818ec4db","source":"age-verification","released_by":"9001","reason":"known"}',X'DECA3AEE044FEBBE4279A2759A902478824FEE8F0F5A1DD8AA0A63AEE877189E',X'D2AA8F4A3389E328CFFC5917D5B498E5EFE73F4AEC4E6CF1AC5556F99779D25D');
INSERT INTO "outbox" VALUES(20,1772366400,20,'019ca945-1c8e-77f0-9210-c3707a90420f','pos.payment.completed',1,'2026-03-01T12:00:04.750000Z','{"type":"pos.payment.completed","version":1,"occurred_at":"2026-03-01T12:00:04.750000Z","basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2","sale_number":1,"employee_id":"1001","customer_id":"5001","tender":"cash","total":{"minor":486,"currency":"EUR"},"tendered":{"minor":1000,"currency":"EUR"},"change":{"minor":514,"currency":"EUR"}}',X'D2AA8F4A3389E328CFFC5917D5B498E5EFE73F4AEC4E6CF1AC5556F99779D25D',X'774761347FF7E96FE30BED7EF3A6758F7D32CE5441C1E80A2BB08BFC1BD81147');
INSERT INTO "outbox" VALUES(21,1772366400,21,'019ca945-1d88-72d1-9e88-7eb0766df8c6','lane.drawer.completed',2,'2026-03-01T12:00:05Z','{"type":"lane.drawer.completed","version":2,"occurred_at":"2026-03-01T12:00:05Z","job_id":1,"basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2","outcome":"opened","detail":""}',X'774761347FF7E96FE30BED7EF3A6758F7D32CE5441C1E80A2BB08BFC1BD81147',X'82E9EFD1BA1036F3C77F5FBBEC6D1D4D81B42B3A1C60EF3EB0F2B96E12163165');
INSERT INTO "outbox" VALUES(22,1772366400,22,'019ca945-1e82-70e4-8374-58a9905cbd4c','lane.receipt.completed',2,'2026-03-01T12:00:05.250000Z','{"type":"lane.receipt.completed","version":2,"occurred_at":"2026-03-01T12:00:05.250000Z","job_id":2,"basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2","outcome":"uncertain","copy_of_original":false,"edition":"original","detail":"cut"}',X'82E9EFD1BA1036F3C77F5FBBEC6D1D4D81B42B3A1C60EF3EB0F2B96E12163165',X'042339A88A7B5AD039FC80E940C6DD3B536CA4AEE22CDB51D75D95500784F290');
INSERT INTO "outbox" VALUES(23,1772366400,23,'019ca945-1f7c-77e2-983f-27745ccb052e','lane.drawer.moved',1,'2026-03-01T12:00:05.500000Z','{"type":"lane.drawer.moved","version":1,"occurred_at":"2026-03-01T12:00:05.500000Z","device":"printer","position":"open","employee_id":"1001"}',X'042339A88A7B5AD039FC80E940C6DD3B536CA4AEE22CDB51D75D95500784F290',X'48DF0C616C977805620975A45B0749FFC8A2B5FE45405DC3736EE1BC624C41DE');
INSERT INTO "outbox" VALUES(24,1772366400,24,'019ca945-2076-744c-b1b2-20eaa2c77d3e','lane.drawer.left_open',1,'2026-03-01T12:00:05.750000Z','{"type":"lane.drawer.left_open","version":1,"occurred_at":"2026-03-01T12:00:05.750000Z","device":"printer","seconds":60.0,"employee_id":"1001"}',X'48DF0C616C977805620975A45B0749FFC8A2B5FE45405DC3736EE1BC624C41DE',X'90EC8B199AF6CF49B522AC9DBF55E910EC3850E1ECD5074EAF077071FE322972');
INSERT INTO "outbox" VALUES(25,1772366400,25,'019ca945-2170-7f73-b414-af6e0d93dd4c','lane.receipt.decided',1,'2026-03-01T12:00:06Z','{"type":"lane.receipt.decided","version":1,"occurred_at":"2026-03-01T12:00:06Z","job_id":2,"basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2","decision":"print_again","employee_id":"1001"}',X'90EC8B199AF6CF49B522AC9DBF55E910EC3850E1ECD5074EAF077071FE322972',X'70E3EB1C3AEA7AB05DD72859216D14A9E2E7545964F31561FCC1F7513269293E');
INSERT INTO "outbox" VALUES(26,1772366400,26,'019ca945-226a-7d05-ae57-20edbcbae672','pos.basket.started',1,'2026-03-01T12:00:06.250000Z','{"type":"pos.basket.started","version":1,"occurred_at":"2026-03-01T12:00:06.250000Z","basket_id":"019ca945-226a-7147-b386-06f2bf7e09e0","sale_number":2,"employee_id":"1001"}',X'70E3EB1C3AEA7AB05DD72859216D14A9E2E7545964F31561FCC1F7513269293E',X'5E1676621D41B038C141267B3EC91020351A4BCDAE5EAE26DBA49DD20A73D036');
INSERT INTO "outbox" VALUES(27,1772366400,27,'019ca945-226a-784a-b649-fcbce49becfa','pos.item.added',2,'2026-03-01T12:00:06.250000Z','{"type":"pos.item.added","version":2,"occurred_at":"2026-03-01T12:00:06.250000Z","basket_id":"019ca945-226a-7147-b386-06f2bf7e09e0","line_id":1,"gtin":"04006381333931","description":"Pen","quantity":1,"unit_price":{"minor":129,"currency":"EUR"},"amount":{"minor":129,"currency":"EUR"},"tax_rate":"19","restriction":null,"weight":null,"label_price":null,"flags":[],"read_as":null}',X'5E1676621D41B038C141267B3EC91020351A4BCDAE5EAE26DBA49DD20A73D036',X'F83E9255EA2DC94234709538D902F9DE5164894F31BDC40F98F670F8292D176B');
INSERT INTO "outbox" VALUES(28,1772366400,28,'019ca945-2364-7e4a-bd12-108f391e0e83','pos.basket.voided',1,'2026-03-01T12:00:06.500000Z','{"type":"pos.basket.voided","version":1,"occurred_at":"2026-03-01T12:00:06.500000Z","basket_id":"019ca945-226a-7147-b386-06f2bf7e09e0","employee_id":"1001","item_count":1,"total":{"minor":129,"currency":"EUR"}}',X'F83E9255EA2DC94234709538D902F9DE5164894F31BDC40F98F670F8292D176B',X'F43523F7AA4E51137A09127DFCEEC0EDEB09687F1A8B1A8C6FD47914F568BF41');
INSERT INTO "outbox" VALUES(29,1772366400,29,'019ca945-245e-7818-8a6b-d4f43a2ad3c1','lane.plugin.changed',1,'2026-03-01T12:00:06.750000Z','{"type":"lane.plugin.changed","version":1,"occurred_at":"2026-03-01T12:00:06.750000Z","plugin":"fraud-detection","change":"disabled"}',X'F43523F7AA4E51137A09127DFCEEC0EDEB09687F1A8B1A8C6FD47914F568BF41',X'27F0B29EAE76998BCF33EFD76F33687F652041FD7773045CD6B6E58B2D7EFE49');
INSERT INTO "outbox" VALUES(30,1772366400,30,'019ca945-2558-7ef8-9057-5575e826eaee','pos.employee.logged_out',1,'2026-03-01T12:00:07Z','{"type":"pos.employee.logged_out","version":1,"occurred_at":"2026-03-01T12:00:07Z","session_id":"019ca945-12ca-7417-9c3d-d9f73817118d","employee_id":"1001","reason":"requested"}',X'27F0B29EAE76998BCF33EFD76F33687F652041FD7773045CD6B6E58B2D7EFE49',X'FAFDC7A0AF3B01475553E8B2E2F95FAD01DA3E314372FB3E8D1228F4D53E1E72');
INSERT INTO "outbox" VALUES(31,1772366400,31,'019ca945-2558-72af-ac7d-696cf46b090a','pos.employee.time_recorded',1,'2026-03-01T12:00:07Z','{"type":"pos.employee.time_recorded","version":1,"occurred_at":"2026-03-01T12:00:07Z","session_id":"019ca945-12ca-7417-9c3d-d9f73817118d","employee_id":"1001","started_at":"2026-03-01T12:00:02.250000Z","ended_at":"2026-03-01T12:00:07Z","seconds":5,"total_seconds":5}',X'FAFDC7A0AF3B01475553E8B2E2F95FAD01DA3E314372FB3E8D1228F4D53E1E72',X'5E35D87091CB2137999DB4E39F7C12FF57CD4A1E87509DEF0DFF6F3086A7703F');
INSERT INTO "outbox" VALUES(32,1772366400,32,'019ca945-2652-74e1-86f6-d03110abde13','lane.agent.stopped',1,'2026-03-01T12:00:07.250000Z','{"type":"lane.agent.stopped","version":1,"occurred_at":"2026-03-01T12:00:07.250000Z"}',X'5E35D87091CB2137999DB4E39F7C12FF57CD4A1E87509DEF0DFF6F3086A7703F',X'1492976708BAA8216E09A3BE82BD494E19F0B87683314EB1818064DE4B915280');
CREATE TABLE plugin (
    name VARCHAR NOT NULL,
    registered BOOLEAN NOT NULL,
    enabled BOOLEAN NOT NULL,
    settings VARCHAR NOT NULL,
    state VARCHAR,
    PRIMARY KEY (name)
);
INSERT INTO "plugin" VALUES('age-verification',1,1,'{"minimum_ages": {"alcohol": 18, "spirits": 18, "tobacco": 18, "knives": 18, "games": 16}, "age_for_unknown_category": 21}','{"basket_id":"019ca945-13c4-7f92-8190-237cb11f8cf2","proved_age":18}');
INSERT INTO "plugin" VALUES('customer-lookup',1,0,'{"url": "http://127.0.0.1:8099/customers/{customer_id}", "timeout_s": 2.0, "defer_hours": 24, "cached_customers": 500}',NULL);
INSERT INTO "plugin" VALUES('employee-time',1,1,'{"sign_off_after_idle_minutes": 30}','{"session":null,"total_seconds":{"1001":5}}');
INSERT INTO "plugin" VALUES('fraud-detection',1,0,'{"voids_in_window": 3, "refused_scans_in_window": 8, "window_minutes": 15, "void_after_subtotal": true, "voided_sale_amount": 5000, "cash_amount": 100000, "hold_for_lead": false}','{"voids":["2026-03-01T12:00:03.750000Z"],"refused_scans":["2026-03-01T12:00:03Z"]}');
INSERT INTO "plugin" VALUES('purchase-recommender',1,1,'{"pairs": {}, "learn": true, "minimum_sales": 5, "minimum_confidence": 40, "offers_per_sale": 2, "remembered_pairs": 1000}','{"basket_id":"019ca945-226a-7147-b386-06f2bf7e09e0","items":{},"offered":[],"names":{"00000096385074":"Beer","04006381333931":"Pen"},"item_sales":{"00000096385074":1,"04006381333931":1},"pair_sales":{"00000096385074+04006381333931":1}}');
CREATE TABLE plugin_record (
    plugin VARCHAR NOT NULL,
    "key" VARCHAR NOT NULL,
    body VARCHAR NOT NULL,
    PRIMARY KEY (plugin, "key")
);
INSERT INTO "plugin_record" VALUES('employee-time','019ca945-12ca-7417-9c3d-d9f73817118d','{"session_id": "019ca945-12ca-7417-9c3d-d9f73817118d", "employee_id": "1001", "started_at": "2026-03-01T12:00:02.250000Z", "ended_at": "2026-03-01T12:00:07Z", "seconds": 5, "total_seconds": 5}');
CREATE TABLE price (
    gtin VARCHAR NOT NULL,
    description VARCHAR NOT NULL,
    unit_price INTEGER NOT NULL,
    currency VARCHAR NOT NULL,
    tax_rate VARCHAR NOT NULL,
    restriction VARCHAR, sold_by VARCHAR NOT NULL DEFAULT 'each',
    PRIMARY KEY (gtin)
);
INSERT INTO "price" VALUES('04006381333931','Pen',129,'EUR','19',NULL,'each');
INSERT INTO "price" VALUES('00000096385074','Beer',99,'EUR','19','alcohol','each');
INSERT INTO "price" VALUES('04012345678901','Milk',109,'EUR','7',NULL,'each');
CREATE TABLE pruned (
    id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE recall (
    gtin VARCHAR NOT NULL,
    batch VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    PRIMARY KEY (gtin, batch)
);
INSERT INTO "recall" VALUES('04012345678901','','glass splinters');
CREATE TABLE retention_mark (
    running_s FLOAT NOT NULL,
    position INTEGER NOT NULL,
    job_id INTEGER NOT NULL,
    PRIMARY KEY (running_s)
);
CREATE TABLE set_aside (
    position INTEGER NOT NULL,
    event_id VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    PRIMARY KEY (position)
);
CREATE TABLE timer (
    plugin VARCHAR NOT NULL,
    "key" VARCHAR NOT NULL,
    due_at FLOAT NOT NULL,
    PRIMARY KEY (plugin, "key")
);
INSERT INTO "timer" VALUES('employee-time','idle',1772368202.25);
CREATE INDEX ix_job_status ON job (status);
COMMIT;
PRAGMA user_version = 3;
