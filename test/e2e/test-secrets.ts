/** Secrets of the Worker under test: known to everybody, and worth nothing outside the tests. */
export const TEST_SECRETS = {
  ADMIN_API_KEY: "test-admin-api-key-0123456789abcdef",
  PROCESSOR_TOKEN: "test-processor-token-0123456789abcdef",
  TOKEN_SIGNING_KEYS: `t1:${btoa("\u0001".repeat(32))}`,
  KEY_ENCRYPTION_KEYS: `k1:${btoa("\u0002".repeat(32))}`,
  VIEWER_ID_KEY: btoa("\u0003".repeat(32)),
};
