"""Methods and addresses that nobody sends who means well."""

import pytest
from tests.web.hostile.door import Case, harmless

ODD = {
    "trace": ("TRACE", "/"), "connect": ("CONNECT", "/"), "made up": ("EVIL", "/v1/home"), "webdav": ("PROPFIND", "/"),
    "put": ("PUT", "/v1/events"), "delete a page": ("DELETE", "/console"), "patch": ("PATCH", "/v1/listeners/L0"),
    "two slashes": ("GET", "//evil.example/v1/home"), "dots": ("GET", "/static/../keys.json"),
    "dots encoded": ("GET", "/static/%2e%2e/%2e%2e/auth.py"), "dots twice": ("GET", "/static/%252e%252e/auth.py"),
    "back slashes": ("GET", "/static/..%5c..%5cauth.py"), "nul": ("GET", "/static/base.css%00.html"),
    "too long a letter": ("GET", "/static/%c0%ae%c0%ae/auth.py"), "absolute": ("GET", "/static//etc/passwd"),
    "parameters": ("GET", "/console;x=1"), "half a percent": ("GET", "/v1/items?q=%"),
    "bad percent": ("GET", "/v1/items?q=%zz"),
    "many parameters": ("GET", "/v1/items?" + "&".join(f"a{i}=1" for i in range(1_500))),
    "one parameter often": ("GET", "/v1/home?listener=L0&" + "exclude=x&" * 1_000),
    "a long path": ("GET", "/v1/items/" + "a" * 20_000), "a long query": ("GET", "/v1/items?q=" + "a" * 20_000),
    "a trailing slash": ("GET", "/v1/home/"), "another case": ("GET", "/V1/Home?listener=L0"),
    "a dot": ("GET", "/v1/./home"), "files of the system": ("GET", "/.git/config"), "environment": ("GET", "/.env"),
    "a framework's": ("GET", "/actuator/env"), "php": ("POST", "/index.php?cmd=id"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_requests(door, name):
    method, path = ODD[name]
    answer = door.ask(Case(method, path))
    harmless(door, answer)
    assert answer.status_code in (200, 204, 304, 400, 401, 404, 405, 414, 421), (answer.status_code, answer.text[:200])
    assert "root:" not in answer.text
    assert "import annotations" not in answer.text
