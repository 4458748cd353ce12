"""Jobs: effects that were committed with the events that caused them."""

from dataclasses import dataclass
from enum import StrEnum


class JobKind(StrEnum):
    """Kind of a job."""

    RECEIPT = "receipt"
    DRAWER = "drawer"
    HTTP = "http"


class JobStatus(StrEnum):
    """Status of a job.

    RUNNING is committed before the effect begins, so that a job found running after a crash may
    have happened: it becomes UNCERTAIN, and a person decides; then it is DISMISSED.
    """

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Job:
    """One job. ``owner`` is ``lane`` or the plugin that asked; times in Unix seconds."""

    id: int
    kind: JobKind
    owner: str
    body: str
    status: JobStatus
    attempts: int
    created_at: float
    not_before: float
    detail: str
