/** The words of `rclone:REMOTE:PATH`. */
export interface RclonePlace {
  /** The name that the remote has in rclone's own configuration. */
  readonly remote: string;
  /** As the remote takes it; the empty text is its root. */
  readonly path: string;
}

/** How rclone is started. */
export interface RcloneLaunch {
  /** Name or path of the program. */
  readonly program: string;
  /** What it is given besides what the driver needs: where its configuration is, among other things. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How people name the place; it holds no secret. */
export function rcloneLocation(place: RclonePlace): string {
  return `rclone:${rcloneRoot(place)}`;
}

/** What rclone calls it. */
export function rcloneRoot({ remote, path }: RclonePlace): string {
  return `${remote}:${path}`;
}

/**
 * Where an object is below the place. rclone's server for restic puts what lies in a folder `data` somewhere else, so
 * none is called so; no object's name has the sign in it.
 */
export function pathOfObject(name: string): string {
  return name.replaceAll(/(^|\/)data(?=\/)/g, "$1=data");
}

/** The name of the object at a path. */
export function objectOfPath(path: string): string {
  return path.replaceAll(/(^|\/)=data(?=\/)/g, "$1data");
}
