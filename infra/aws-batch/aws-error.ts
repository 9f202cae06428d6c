/** Whether AWS answered with this error. */
export function isAwsError(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** What AWS answers for what does not exist becomes null. */
export async function orNull<T>(asked: Promise<T>, ...names: readonly string[]): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (isAwsError(error, ...names)) return null;
    throw error;
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  CredentialsProviderError: "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  AccessDenied: "Grant the action to the credentials of this command.",
  AccessDeniedException: "Grant the action to the credentials of this command.",
  UnauthorizedOperation: "Grant the action to the credentials of this command.",
  ExpiredToken: "Sign in again.",
  ExpiredTokenException: "Sign in again.",
  UnrecognizedClientException: "Check the credentials and the region of this command.",
  InvalidClientTokenId: "Check the credentials of this command.",
  SignatureDoesNotMatch: "Check the credentials of this command and the clock of this machine.",
};

/** Messages of these repeat the signed request, with the session token. */
const SILENT = ["SignatureDoesNotMatch", "InvalidSignatureException"];

/** A sentence for people: AWS's own message, and what to do where that is known. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = SILENT.includes(error.name) ? "AWS does not accept the signature." : error.message.trim();
  const ended = /[.!?]$/.test(message) ? message : `${message}.`;
  const advice = ADVICE[error.name];
  return [error.name === "SetupError" ? ended : `${error.name}: ${ended}`, advice].filter(Boolean).join(" ");
}
