"""Forms that change something: sent from our own page, by the browser that was shown it."""

from secrets import token_urlsafe
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from api.problems import ProblemKind, ProblemRaised
from api.seal import Seal

TOKEN_FIELD = "token"  # noqa: S105 - a field's name
_COOKIE = "tideover_form"
_DAY_SECONDS = 24 * 3600


class FormGuard:
    """SameSite cookie, origin of the request and a token that belongs to the cookie: all three must fit."""

    def __init__(self, secret: str, public_base_url: str) -> None:
        self._seal = Seal(secret, "form")
        public = urlsplit(public_base_url)
        self._netloc = public.netloc
        self._secure = public.scheme == "https"

    def cookie_name(self, name: str) -> str:
        """The name under which a cookie is kept: bound to this very host where TLS allows it."""
        return f"__Host-{name}" if self._secure else name

    def keep(self, response: Response, name: str, value: str, seconds: int) -> None:
        """Set a cookie that scripts cannot read and other sites cannot send along with a form."""
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def forget(self, response: Response, name: str) -> None:
        """Take a cookie back."""
        response.delete_cookie(name, path="/", secure=self._secure, httponly=True)

    def mark_of(self, request: Request) -> str:
        """The browser's own random mark, old or new; give it to `token` and `remember`."""
        return request.cookies.get(self.cookie_name(_COOKIE)) or token_urlsafe(16)

    def token(self, mark: str) -> str:
        """What the form carries in its field `token`."""
        return self._seal.close(mark)

    def remember(self, response: Response, mark: str) -> None:
        """Let the browser keep its mark."""
        self.keep(response, self.cookie_name(_COOKIE), mark, _DAY_SECONDS)

    def check(self, request: Request, form: FormData) -> None:
        """Let a form pass that came from our own page.

        Raises:
            ProblemRaised: form-refused.
        """
        mark = request.cookies.get(self.cookie_name(_COOKIE))
        told = form.get(TOKEN_FIELD)
        fits = isinstance(told, str) and mark is not None and self._seal.open(told) == mark
        if not (fits and self._same_origin(request)):
            detail = "open the page again and send the form from there; cookies must be allowed"
            raise ProblemRaised(ProblemKind.FORM_REFUSED, detail)

    def _same_origin(self, request: Request) -> bool:
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        origin = urlsplit(request.headers.get("origin", "")).netloc
        return origin != "" and origin in {self._netloc, request.headers.get("host")}
