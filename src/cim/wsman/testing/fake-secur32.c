/* A stand-in for Windows' secur32.dll: structures as sspi.h declares them, laid out by a C compiler, and functions that look
   at what they are given. It seals by flipping every bit. Written from Microsoft's reference, not from our declarations. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint32_t ULONG;
typedef int32_t LONG;
typedef uint16_t WCHAR;
typedef struct { uintptr_t dwLower, dwUpper; } SecHandle;
typedef struct { ULONG LowPart; LONG HighPart; } TimeStamp;
typedef struct { ULONG cbBuffer, BufferType; void *pvBuffer; } SecBuffer;
typedef struct { ULONG ulVersion, cBuffers; SecBuffer *pBuffers; } SecBufferDesc;
typedef struct {
  ULONG Version, Length;
  WCHAR *User;
  ULONG UserLength;
  WCHAR *Domain;
  ULONG DomainLength;
  WCHAR *Password;
  ULONG PasswordLength, Flags;
  WCHAR *PackageList;
  ULONG PackageListLength;
} Identity;
typedef struct { ULONG cbMaxToken, cbMaxSignature, cbBlockSize, cbSecurityTrailer; } Sizes;
typedef struct {
  ULONG dwInitiatorAddrType, cbInitiatorLength, dwInitiatorOffset;
  ULONG dwAcceptorAddrType, cbAcceptorLength, dwAcceptorOffset;
  ULONG cbApplicationDataLength, dwApplicationDataOffset;
} Bindings;

enum { NO_CREDENTIALS = 0x8009030E, LOGON_DENIED = 0x8009030C, TARGET_UNKNOWN = 0x80090303, ALTERED = 0x8009030F, INTERNAL = 0x80090304 };
static int held; /* credentials, contexts and buffers that nobody has freed */

static int is(const WCHAR *found, const char *wanted) {
  if (!found) return 0;
  while (*wanted && *found == (WCHAR)*wanted) found++, wanted++;
  return *wanted == 0 && *found == 0;
}

int StillHeld(void) { return held; }
ULONG SizeOf(int which) {
  ULONG sizes[] = {sizeof(SecHandle), sizeof(TimeStamp), sizeof(SecBuffer), sizeof(SecBufferDesc), sizeof(Identity), sizeof(Sizes)};
  return sizes[which];
}

ULONG AcquireCredentialsHandleW(WCHAR *principal, WCHAR *package, ULONG use, void *logon, Identity *who, void *fn, void *arg,
                                SecHandle *credential, TimeStamp *expiry) {
  if (principal || logon || fn || arg || !is(package, "Negotiate") || use != 2) return 1;
  if (who->Version != 0x200 || who->Length != sizeof *who || who->Flags != 2) return 2;
  if (!is(who->PackageList, "!ntlm") || who->PackageListLength != 5) return 3;
  if (!who->User) return NO_CREDENTIALS;
  if (!is(who->User, "backup") || who->UserLength != 6 || !is(who->Domain, "CORP") || who->DomainLength != 4) return 4;
  if (!is(who->Password, "k\xe4se") && who->PasswordLength != 4) return LOGON_DENIED;
  credential->dwLower = 0x1122334455667788, credential->dwUpper = 7, held++;
  expiry->HighPart = 1;
  return 0;
}

ULONG InitializeSecurityContextW(SecHandle *credential, SecHandle *context, WCHAR *target, ULONG wanted, ULONG r1, ULONG drep,
                                 SecBufferDesc *in, ULONG r2, SecHandle *new_context, SecBufferDesc *out, ULONG *got, TimeStamp *t) {
  if (credential->dwLower != 0x1122334455667788 || credential->dwUpper != 7 || r1 || r2 || drep != 0x10) return 5;
  if (!is(target, "HTTP/hv01")) return TARGET_UNKNOWN;
  if (out->ulVersion || out->cBuffers != 1 || out->pBuffers[0].BufferType != 2 || wanted != (0x1001e | 0x100)) return 6;
  SecBuffer *last = in ? &in->pBuffers[in->cBuffers - 1] : 0;
  if (last && last->BufferType == 14) {
    Bindings *b = last->pvBuffer;
    if (last->cbBuffer != 32 + 4 || b->cbApplicationDataLength != 4 || b->dwApplicationDataOffset != 32 ||
        memcmp((char *)b + 32, "bind", 4))
      return 7;
  } else if (last && context == 0)
    return 8;
  if (!context) {
    out->pBuffers[0].pvBuffer = memcpy(malloc(3), "one", 3), out->pBuffers[0].cbBuffer = 3, held += 2;
    new_context->dwLower = 0xfedcba9876543210, new_context->dwUpper = 9, *got = 0;
    return 0x90312;
  }
  if (context->dwLower != 0xfedcba9876543210 || context->dwUpper != 9) return 9;
  if (in->pBuffers[0].BufferType != 2 || in->pBuffers[0].cbBuffer != 5) return 10;
  if (!memcmp(in->pBuffers[0].pvBuffer, "ntlm!", 5)) { /* Negotiate fell back: the proof is ready, and the host proves nothing */
    out->pBuffers[0].pvBuffer = memcpy(malloc(8), "NTLMSSP", 8), out->pBuffers[0].cbBuffer = 8, held++;
    return *new_context = *context, *got = 0x1001c | 0x100, 0;
  }
  if (!memcmp(in->pBuffers[0].pvBuffer, "error", 5)) return INTERNAL;
  *new_context = *context, *got = memcmp(in->pBuffers[0].pvBuffer, "proof", 5) ? 0x1001c : 0x1001e | 0x100;
  return 0;
}

ULONG QueryContextAttributesW(SecHandle *context, ULONG attribute, Sizes *sizes) {
  if (context->dwUpper != 9 || attribute != 0) return 11;
  sizes->cbMaxToken = 12000, sizes->cbMaxSignature = 28, sizes->cbBlockSize = 1, sizes->cbSecurityTrailer = 76;
  return 0;
}

ULONG EncryptMessage(SecHandle *context, ULONG quality, SecBufferDesc *message, ULONG sequence) {
  SecBuffer *token = &message->pBuffers[0], *data = &message->pBuffers[1];
  if (context->dwUpper != 9 || quality || sequence || message->cBuffers != 2 || token->BufferType != 2 || data->BufferType != 1) return 12;
  if (token->cbBuffer != 76) return 13;
  if (data->cbBuffer == 4 && !memcmp(data->pvBuffer, "fail", 4)) return INTERNAL;
  memset(token->pvBuffer, 0x42, token->cbBuffer = 60);
  for (ULONG i = 0; i < data->cbBuffer; i++) ((uint8_t *)data->pvBuffer)[i] ^= 0xff;
  return 0;
}

ULONG DecryptMessage(SecHandle *context, SecBufferDesc *message, ULONG sequence, ULONG *quality) {
  SecBuffer *token = &message->pBuffers[0], *data = &message->pBuffers[1];
  if (context->dwUpper != 9 || sequence || message->cBuffers != 2 || token->BufferType != 2 || data->BufferType != 1) return 14;
  if (token->cbBuffer != 60 || *(uint8_t *)token->pvBuffer != 0x42) return ALTERED;
  *quality = data->cbBuffer && ((uint8_t *)data->pvBuffer)[0] == 'p' ? 0x80000001 : 0; /* wrapped without sealing */
  for (ULONG i = 0; i < data->cbBuffer; i++) ((uint8_t *)data->pvBuffer)[i] ^= 0xff;
  return 0;
}

ULONG DeleteSecurityContext(SecHandle *context) { return context->dwUpper == 9 ? (held--, 0) : 15; }
ULONG FreeCredentialsHandle(SecHandle *credential) { return credential->dwUpper == 7 ? (held--, 0) : 16; }
ULONG FreeContextBuffer(void *bytes) { return free(bytes), held--, 0; }
