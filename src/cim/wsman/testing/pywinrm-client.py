"""Runs a command twice over python3-winrm, with message encryption: PORT USER PASSWORD."""
import sys

import winrm
from winrm.protocol import Protocol

port, user, password = sys.argv[1:]
protocol = Protocol(
    endpoint=f"http://127.0.0.1:{port}/wsman",
    transport="ntlm",
    username=user,
    password=password,
    message_encryption="always",
)
try:
    for _ in range(2):
        shell = protocol.open_shell(codepage=65001)
        command = protocol.run_command(shell, "diskshadow", ["/s", "x.dsh"])
        out, _, code = protocol.get_command_output(shell, command)
        protocol.cleanup_command(shell, command)
        protocol.close_shell(shell)
        print(out.decode(), code)
except winrm.exceptions.InvalidCredentialsError:
    print("refused")
