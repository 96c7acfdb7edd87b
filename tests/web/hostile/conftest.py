import shutil

import pytest
from tests.web.hostile.door import Door
from tests.web.quick import PASSWORD, quick_passwords

from segue.app import open_service
from segue.web.application import create_app
from segue.web.auth import Keys, Scope
from segue.web.service import Backend
from segue.web.sessions import begin


@pytest.fixture(scope="module")
def door(planted, tmp_path_factory, new_client):
    folder = tmp_path_factory.mktemp("hostile") / "ws"
    shutil.copytree(planted, folder)
    keys = Keys(folder, "default")
    admin, _ = keys.create((Scope.ADMIN,))
    own, key = keys.create((Scope.LISTENER,), listener="L0", digest=True)
    with pytest.MonkeyPatch.context() as patched, open_service(folder) as service:
        quick_passwords(patched)
        client = new_client(
            create_app(Backend(lambda: service, reports=lambda: folder / "checks", folder=folder), keys)
        )
        client.app.state.rate.limit = 1_000_000
        keys.operators.add("ada", PASSWORD, ["default", "other"])
        operator = keys.operators.new_session("ada")
        secrets = (admin, own, key.sha256, keys.secret().hex(), operator)
        yield Door(client, keys, admin, own, begin(keys, key.caller(), "L0"), operator, str(folder), secrets)
        client.close()
