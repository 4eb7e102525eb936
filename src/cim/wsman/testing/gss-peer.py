"""The other side of an NTLM handshake, by Debian's gss-ntlmssp. One JSON document a line, both ways.

initiate|accept; {"token": base64} steps the context, {"wrap": base64}, {"unwrap": base64}. Answers {"token", "complete"},
{"bytes"} or {"error"}.
"""
import base64
import json
import sys

import gssapi
from gssapi.raw import ChannelBindings

NTLM = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
role = sys.argv[1]
binding = ChannelBindings(application_data=base64.b64decode(sys.argv[2])) if len(sys.argv) > 2 else None
if role == "accept":
    context = gssapi.SecurityContext(creds=gssapi.Credentials(usage="accept", mechs=[NTLM]), usage="accept")
else:
    flags = (
        gssapi.RequirementFlag.integrity
        | gssapi.RequirementFlag.confidentiality
        | gssapi.RequirementFlag.mutual_authentication
    )
    name = gssapi.Name("backup@HV01", gssapi.NameType.user)
    context = gssapi.SecurityContext(
        name=gssapi.Name("HTTP@hv01", gssapi.NameType.hostbased_service),
        creds=gssapi.Credentials(name=name, usage="initiate", mechs=[NTLM]),
        mech=NTLM,
        flags=flags,
        usage="initiate",
        channel_bindings=binding,
    )
for line in sys.stdin:
    request = json.loads(line)
    try:
        if "token" in request:
            token = base64.b64decode(request["token"])
            out = context.step(token if token else None)
            answer = {"token": base64.b64encode(out or b"").decode(), "complete": context.complete}
        elif "wrap" in request:
            answer = {"bytes": base64.b64encode(context.wrap(base64.b64decode(request["wrap"]), True).message).decode()}
        else:
            answer = {"bytes": base64.b64encode(context.unwrap(base64.b64decode(request["unwrap"])).message).decode()}
    except gssapi.exceptions.GSSError as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
