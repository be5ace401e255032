"""Makes the database of a small course with JupyterHub's own code, of whichever version this Python has.

    JUPYTERHUB_CRYPT_KEY=... python make-jupyterhub-database.py URL

Says in JSON which secrets there are.
"""

import asyncio
import json
import sys
from datetime import datetime, timedelta

import jupyterhub
from jupyterhub import crypto, orm

url = sys.argv[1]
major = int(jupyterhub.__version__.split(".")[0])
if major >= 2:
    from jupyterhub import roles, scopes

session = orm.new_session_factory(url)()
said = {"version": jupyterhub.__version__}


def add(row):
    session.add(row)
    session.commit()
    return row


anna = add(orm.User(name="anna", last_activity=datetime(2026, 3, 1, 12, 30)))
bram = add(orm.User(name="bram@example.org"))
teacher = add(orm.User(name="teacher", admin=True))

group = orm.Group(name="delft")
group.users.append(anna)
if hasattr(orm.Group, "properties"):
    group.properties = {"room": "3.99"}
add(group)

if major >= 2:
    for role in roles.get_default_roles():
        roles.create_role(session, role)
    for user in (anna, bram, teacher):
        roles.assign_default_roles(session, user)
    roles.create_role(
        session,
        {
            "name": "grader",
            "description": "Looks at work",
            "scopes": ["read:users", "list:users"],
        },
    )
    grader = orm.Role.find(session, "grader")
    grader.users.append(bram)
    session.commit()

for identifier in ("jupyterhub", "jupyterhub-user-anna"):
    add(orm.OAuthClient(identifier=identifier))

said["anna"] = anna.new_api_token(note="my script")
said["teacher"] = teacher.new_api_token(note="roster")
said["chosen"] = bram.new_api_token("chosen-by-bram-himself", note="chosen", generated=False)
said["expired"] = anna.new_api_token(note="gone", expires_in=60)
orm.APIToken.find(session, said["expired"]).expires_at = datetime.utcnow() - timedelta(days=1)
if major >= 3:
    said["limited"] = teacher.new_api_token(note="limited", scopes=["list:users", "read:users:name"])

server = add(orm.Server(proto="http", ip="10.244.1.9", port=8888, base_url="/user/anna/"))
spawner = orm.Spawner(
    name="",
    user=anna,
    server=server,
    started=datetime(2026, 3, 1, 12, 0),
    last_activity=datetime(2026, 3, 1, 12, 29),
    state={"pod_name": "jupyter-anna", "namespace": "course"},
)
if hasattr(orm.Spawner, "user_options"):
    spawner.user_options = {"profile": "large"}
if hasattr(orm.Spawner, "oauth_client_id"):
    spawner.oauth_client_id = "jupyterhub-user-anna"
add(spawner)
add(orm.Spawner(name="lab-2", user=bram))
said["server"] = anna.new_api_token(note="Server at /user/anna/")

if hasattr(orm, "OAuthAccessToken"):
    said["browser"] = "0123456789abcdef0123456789abcdef"
    add(
        orm.OAuthAccessToken(
            client_id="jupyterhub-user-anna",
            user_id=anna.id,
            grant_type=orm.GrantType.authorization_code,
            token=said["browser"],
            expires_at=int((datetime.utcnow() + timedelta(days=1)).timestamp()),
        )
    )
elif major >= 3:
    said["browser"] = anna.new_api_token(
        note="OAuth token", client_id="jupyterhub-user-anna", scopes=["self"], expires_in=86400
    )

if hasattr(orm, "Share"):
    orm.Share.grant(session, spawner, bram)
    orm.ShareCode.new(session, spawner, scopes=["access:servers"])

state = {"access_token": "from-the-login-service", "oauth_user": {"email": "anna@example.org"}}


async def encrypt():
    return await crypto.encrypt(state)


anna.encrypted_auth_state = asyncio.run(encrypt())
session.commit()
print(json.dumps(said))
