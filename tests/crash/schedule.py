"""What happens to a lane, drawn from a seed before anything runs, so that it can be cut shorter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random

from tests.crash.faults import DiskFault

MOST_STEPS = 14
LONGEST_PAUSE_S = 1.5
POINTS_A_STEP = 14
EVERYTHING_AWAY = 4.0
RARE_POINTS = (
    "before COMMIT",
    "after COMMIT",
    "before the batch",
    "after the batch",
    "before publish",
    "between keeping and acknowledgement",
    "after acknowledgement",
    "before reading the stream",
    "before the effect",
    "after the effect",
    "before the outcome",
    "before a call",
    "after a call",
)
_FAULTS: tuple[DiskFault, ...] = ("full", "io_error_undone", "io_error_done")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does: ``choice`` picks it from what makes sense at that moment."""

    pause_s: float
    choice: float
    overlaps: bool


@dataclass(frozen=True, slots=True)
class Life:
    """The agent from its start to its end.

    Attributes:
        crash_at: the number of the point at which it ends; None: it is stopped in order.
        crash_on: which points are counted; see :class:`tests.crash.faults.Faults`.
        disk: the number of a writing statement -> what becomes of it.
        reads: the numbers of reading statements that fail.
        clock_s: by how much its clock is wrong at the start.
        restores: whether an older copy of the database is put in its place before the start.
    """

    seed: int
    steps: tuple[Step, ...]
    crash_at: int | None
    crash_on: str
    disk: Mapping[int, DiskFault]
    reads: frozenset[int]
    trouble: float
    clock_s: float
    restores: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """The lives of one lane, one after the other."""

    seed: int
    lives: tuple[Life, ...]

    def shorter(self) -> Iterator["Schedule"]:
        """This schedule with something left out, the most first."""
        for index in range(len(self.lives)):
            yield self._with_lives(self.lives[:index] + self.lives[index + 1 :])
        for index, life in enumerate(self.lives):
            for size in (len(life.steps) // 2, 4, 1):
                for start in range(0, len(life.steps), max(size, 1)):
                    if size:
                        steps = life.steps[:start] + life.steps[start + size :]
                        yield self._replaced(index, replace(life, steps=steps))
            if life.disk:
                yield self._replaced(index, replace(life, disk={}))
            if life.reads:
                yield self._replaced(index, replace(life, reads=frozenset()))
            if life.trouble:
                yield self._replaced(index, replace(life, trouble=0.0))
            if life.clock_s:
                yield self._replaced(index, replace(life, clock_s=0.0))
            if life.restores:
                yield self._replaced(index, replace(life, restores=False))

    def _with_lives(self, lives: tuple[Life, ...]) -> "Schedule":
        return Schedule(self.seed, lives)

    def _replaced(self, index: int, life: Life) -> "Schedule":
        return self._with_lives((*self.lives[:index], life, *self.lives[index + 1 :]))


def draw(seed: int, lives: int) -> Schedule:
    """The schedule of a seed."""
    random = Random(seed)
    return Schedule(seed, tuple(_life(random) for _ in range(lives)))


def _reads(random: Random) -> frozenset[int]:
    if random.random() > 0.15:
        return frozenset()
    first = random.randint(1, 200)
    return frozenset(range(first, first + random.choice((1, 1, 3, 20))))


def _life(random: Random) -> Life:
    steps = tuple(
        Step(
            pause_s=random.choice((0.0, 0.001, random.uniform(0.0, LONGEST_PAUSE_S))),
            choice=random.random(),
            overlaps=random.random() < 0.2,
        )
        for _ in range(random.randint(1, MOST_STEPS))
    )
    crash_on = random.choice(RARE_POINTS) if random.random() < 0.4 else ""
    # Early points are as likely as late ones, so that starts and recoveries are hit too.
    latest = max(60, POINTS_A_STEP * len(steps))
    crash_at = random.randint(1, 4 if crash_on else random.choice((60, latest, 3 * latest)))
    disk: dict[int, DiskFault] = {}
    if random.random() < 0.3:
        fault = random.choice(_FAULTS)
        first = random.randint(1, 120)
        disk = dict.fromkeys(range(first, first + random.choice((1, 1, 2, 8, 40))), fault)
    seed = random.getrandbits(32)
    return Life(
        seed=seed,
        steps=steps,
        crash_at=crash_at if random.random() < 0.95 else None,
        crash_on=crash_on,
        disk=disk,
        reads=_reads(Random(seed ^ 2)),
        trouble=random.choice((0.0, 0.1, 0.5, EVERYTHING_AWAY)),
        clock_s=random.choice((0.0, 0.0, 0.0, -86_400.0 * 400, 86_400.0 * 4000, 90.0, -90.0)),
        restores=random.random() < 0.03,
    )
