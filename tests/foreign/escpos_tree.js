// Reads ESC/POS with npos, which raises at a command it does not know, and prints what it found.
// Usage: node escpos_tree.js FILE, with NODE_PATH at the folder that has npos.
const { rules } = require('npos/lib/parser/ruler');
const npos = require('npos');
const fs = require('fs');

// npos 0.1.19 lacks QR codes; GS ( k has the length of GS ( L.
rules[29]['(k'] = rules[29]['(L'];

npos.parser().parse(fs.readFileSync(process.argv[2])).then((document) => {
  const commands = document.tree.map((node) => `${node.ascii} ${node.fn || ''}`.trim());
  const text = document.entries
    .filter((entry) => Buffer.isBuffer(entry.data))
    .map((entry) => entry.data.toString('latin1'));
  console.log(JSON.stringify({ commands, text }));
}).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
