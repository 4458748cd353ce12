"""Problem details (RFC 9457): why a request was refused, for programs and for people."""

from fastapi.responses import JSONResponse

from edge_agent.control.messages import Problem


def problem(
    status: int, title: str, detail: str, code: str, fields: dict[str, str] | None = None
) -> JSONResponse:
    """The answer to a refused request."""
    body = Problem(title=title, status=status, detail=detail, code=code, fields=fields or {})
    return JSONResponse(
        body.model_dump(), status_code=status, media_type="application/problem+json"
    )
