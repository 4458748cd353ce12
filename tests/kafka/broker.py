"""Apache Kafka itself, one KRaft node on a loopback port, started and stopped by tests."""

import fcntl
import shutil
import socket
import subprocess
import time
from pathlib import Path

from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

HERE = Path(__file__).parent
LIBRARIES = HERE / "target" / "libs"
COMPLETE = LIBRARIES / ".complete"
START_DEADLINE_S = 60.0
# 16 bytes in base64; a random one may begin with "-", which the format tool takes for an option.
CLUSTER_ID = "bGFuZS1lZGdlLWFnZW50LQ"


class KafkaUnavailable(Exception):
    """Why no broker can be started here."""


def fetch_libraries() -> None:
    """Brings Kafka's jars by Maven, once; raises ``KafkaUnavailable``."""
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            raise KafkaUnavailable(f"{tool} is not installed")
    LIBRARIES.parent.mkdir(exist_ok=True)
    # Tests run in several processes: one of them fetches, the others wait for all of it.
    with (LIBRARIES.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if COMPLETE.exists():
            return
        fetched = subprocess.run(
            ["mvn", "-q", "-B", "-f", HERE / "pom.xml", "dependency:copy-dependencies",
             f"-DoutputDirectory={LIBRARIES}"],
            capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        if fetched.returncode != 0:
            raise KafkaUnavailable(f"Maven could not fetch Kafka: {fetched.stdout[-500:]}")
        COMPLETE.touch()


class KafkaServer:
    """One broker that keeps its port and its data over stops and starts."""

    def __init__(self, directory: Path) -> None:
        fetch_libraries()
        self.directory = directory
        self.port, controller_port = _free_ports(2)
        self.address = f"127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._settings = directory / "server.properties"
        self._settings.write_text(
            "\n".join(
                (
                    "process.roles=broker,controller",
                    "node.id=1",
                    f"listeners=PLAINTEXT://127.0.0.1:{self.port},"
                    f"CONTROLLER://127.0.0.1:{controller_port}",
                    f"advertised.listeners=PLAINTEXT://127.0.0.1:{self.port}",
                    "controller.listener.names=CONTROLLER",
                    f"controller.quorum.voters=1@127.0.0.1:{controller_port}",
                    f"log.dirs={directory / 'log'}",
                    "offsets.topic.replication.factor=1",
                    "transaction.state.log.replication.factor=1",
                    "transaction.state.log.min.isr=1",
                    "num.partitions=3",
                    "group.initial.rebalance.delay.ms=0",
                )
            )
        )
        formatted = self._java(
            "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(self._settings)
        ).wait(60)
        if formatted != 0:
            raise KafkaUnavailable(f"Kafka's storage was not formatted: {self._log()[-800:]}")

    def start(self) -> None:
        """Starts the broker and waits until it answers."""
        self._process = self._java("kafka.Kafka", str(self._settings))
        deadline = time.monotonic() + START_DEADLINE_S
        while True:
            if self._process.poll() is not None:
                raise KafkaUnavailable(f"Kafka ended: {self._log()[-800:]}")
            try:
                AdminClient({"bootstrap.servers": self.address, "log_level": 0}).list_topics(
                    timeout=1
                )
            except Exception as error:
                if time.monotonic() > deadline:
                    raise KafkaUnavailable(
                        f"Kafka does not answer: {self._log()[-800:]}"
                    ) from error
                continue
            return

    def stop(self, *, kill: bool = False) -> None:
        """Stops the broker; ``kill`` gives it no chance to do so in order."""
        process, self._process = self._process, None
        if process is not None:
            if kill:
                process.kill()
            else:
                process.terminate()
            process.wait(60)

    def _java(self, *arguments: str) -> "subprocess.Popen[bytes]":
        with (self.directory / "kafka.out").open("ab") as log:
            return subprocess.Popen(
                ["java", "-Xmx512m", "-cp", f"{LIBRARIES}/*", *arguments],
                stdout=log,
                stderr=log,
            )

    def _log(self) -> str:
        return (self.directory / "kafka.out").read_text(errors="replace")


def create_topic(address: str, topic: str, partitions: int = 3, **settings: str) -> None:
    """Makes a topic and waits for it; settings have ``_`` for the dots in their names."""
    admin = AdminClient({"bootstrap.servers": address, "log_level": 0})
    config = {name.replace("_", "."): value for name, value in settings.items()}
    new = NewTopic(topic, partitions, 1, config=config)
    for future in admin.create_topics([new]).values():
        future.result(30)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports
