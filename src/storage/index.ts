export * from "./errors.ts";
export { type LocalStorageOptions, openLocalStorage } from "./local/open-local-storage.ts";
export * from "./object-name.ts";
export { type OpenedS3, openS3Storage, type S3StorageOptions } from "./s3/open-s3-storage.ts";
export type { S3Capabilities } from "./s3/s3-capabilities.ts";
export { type S3Credentials, type S3Place, s3Location } from "./s3/s3-place.ts";
export * from "./storage.ts";
