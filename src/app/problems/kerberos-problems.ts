import type { Problem } from "./problem.ts";
import { row } from "./row.ts";

/** Errors of signing in with Kerberos. */
export const KERBEROS_PROBLEMS: Readonly<Record<string, Problem>> = {
  "kerberos-library-missing": row(1, [
    "This computer has no library for Kerberos that the program can use.",
    "On Linux install GSSAPI (Debian: libgssapi-krb5-2 and krb5-user), or sign in with --host-auth ntlm.",
    "Dieser Rechner hat keine Kerberos-Bibliothek, die das Programm benutzen kann.",
    "Installieren Sie unter Linux GSSAPI (Debian: libgssapi-krb5-2 und krb5-user), oder melden Sie sich mit --host-auth ntlm an.",
  ]),
  "kerberos-ticket-missing": row(
    1,
    [
      "There is no Kerberos ticket to show to the host, or it has expired.",
      "Get one with kinit USER@DOMAIN (klist shows what is there), or give the password with --host-password-file.",
      "Es gibt kein Kerberos-Ticket für den Host, oder es ist abgelaufen.",
      "Holen Sie eines mit kinit BENUTZER@DOMÄNE (klist zeigt, was da ist), oder geben Sie das Kennwort mit --host-password-file an.",
    ],
    [
      [
        "The address may name another user than the ticket is for; leave the user out, or get a ticket for that user.",
        "Die Adresse nennt vielleicht einen anderen Benutzer als das Ticket; lassen Sie ihn weg, oder holen Sie ein Ticket für ihn.",
      ],
    ],
  ),
  "kerberos-password-refused": row(
    1,
    [
      "The domain does not take this name and password, or the account is locked or its password has expired.",
      "Check user and password; write the user as user@domain.example, with the whole name of the domain.",
      "Die Domäne nimmt Namen und Kennwort nicht an, oder das Konto ist gesperrt oder sein Kennwort abgelaufen.",
      "Prüfen Sie Benutzer und Kennwort; schreiben Sie den Benutzer als benutzer@domäne.example, mit dem ganzen Namen der Domäne.",
    ],
    [
      [
        "An account of the host itself has no place in a domain: use --host-auth ntlm for it.",
        "Ein Konto des Hosts selbst steht in keiner Domäne: Nehmen Sie dafür --host-auth ntlm.",
      ],
    ],
  ),
  "kerberos-clock-skew": row(1, [
    "The clocks of this computer, the domain controller and the host are too far apart for Kerberos, which allows five minutes.",
    "Set the clock of this computer by the domain's time, then try again.",
    "Die Uhren dieses Rechners, des Domänencontrollers und des Hosts gehen für Kerberos zu weit auseinander; erlaubt sind fünf Minuten.",
    "Stellen Sie die Uhr dieses Rechners nach der Zeit der Domäne, und versuchen Sie es erneut.",
  ]),
  "kerberos-service-unknown": row(
    1,
    [
      "The domain does not know the host by the name that was written.",
      "Write the host's whole name, such as hv01.domain.example; Kerberos knows no addresses and no nicknames.",
      "Die Domäne kennt den Host nicht unter dem angegebenen Namen.",
      "Schreiben Sie den ganzen Namen des Hosts, etwa hv01.domäne.example; Kerberos kennt weder Adressen noch Beinamen.",
    ],
    [
      [
        "setspn -L HOST on a domain member lists the names of the host; HTTP/NAME, WSMAN/NAME or HOST/NAME must be among them.",
        "setspn -L HOST auf einem Mitglied der Domäne listet die Namen des Hosts; HTTP/NAME, WSMAN/NAME oder HOST/NAME muss dabei sein.",
      ],
    ],
  ),
  "kerberos-realm-unreachable": row(1, [
    "This computer does not know the domain's Kerberos realm, or no domain controller answers.",
    "Check that the domain's name resolves here (DNS), or name its controllers in /etc/krb5.conf; port 88 must be reachable.",
    "Dieser Rechner kennt den Kerberos-Bereich der Domäne nicht, oder kein Domänencontroller antwortet.",
    "Prüfen Sie, ob der Name der Domäne hier aufgelöst wird (DNS), oder nennen Sie ihre Controller in /etc/krb5.conf; Port 88 muss erreichbar sein.",
  ]),
  "kerberos-handshake-failed": row(1, [
    "The Kerberos handshake with the host failed; the message holds the system's own sentence.",
    "Look the sentence up; often a ticket is older than a change of the host's account, then kdestroy and kinit help.",
    "Die Kerberos-Anmeldung am Host ist gescheitert; die Meldung enthält den Satz des Systems.",
    "Schlagen Sie den Satz nach; oft ist ein Ticket älter als eine Änderung am Konto des Hosts, dann helfen kdestroy und kinit.",
  ]),
};
