// Makes the package that is published: `npm run build [-- FOLDER]` fills FOLDER (by default `dist`), which may hold nothing but a
// package that was built before: that is removed first.
//
// The sources run as they are in a checkout; below `node_modules` Node strips no types, and a start that opens one file instead of
// 660 takes half the time and a fifth less memory (decision 0020). Packages that bring machine code, those that only some storages
// need, and `saxes`, which comes without the text of its licence, stay packages of their own; the licences of what is packed in stand
// in `THIRD-PARTY-NOTICES.txt`.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = resolve(process.argv[2] ?? join(root, "dist"));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Not packed in. */
const SEPARATE = [
  "@aws-sdk/client-s3",
  "@azure/storage-blob",
  "@napi-rs/blake-hash",
  "koffi",
  "saxes",
  "ssh2",
];
/** Every package that was built has it, and nothing else does. */
const NOTICES = join(target, "THIRD-PARTY-NOTICES.txt");

/** A thread's file is named by its source where it is started; what stands beside a source must stand beside the package's files. */
const besideSources = {
  name: "beside sources",
  setup({ onLoad, initialOptions }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      const contents = source.replaceAll(
        /(new URL\("\.\/[a-z0-9-]+)\.ts(", import\.meta\.url\))/g,
        "$1.mjs$2",
      );
      for (const [, name] of contents.matchAll(/new URL\("\.\/([a-z0-9-]+\.ps1)", import\.meta\.url\)/g))
        cpSync(join(path, "..", name), join(initialOptions.outdir, name));
      return { contents, loader: "ts" };
    });
  },
};

if (existsSync(target) && readdirSync(target).length > 0 && !existsSync(NOTICES)) {
  console.error(`Cannot build in "${target}": it holds something else than a package that was built`);
  process.exit(1);
}
rmSync(target, { recursive: true, force: true });
mkdirSync(join(target, "bin"), { recursive: true });
writeFileSync(NOTICES, ""); // so that a build which broke off can be replaced too
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [
    "bin/stillpoint.mjs",
    "src/vault/pipeline/seal-worker.ts",
    "src/vault/index/local/merge-worker.ts",
  ],
  entryNames: "[name]",
  outdir: join(target, "bin"),
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node26",
  external: SEPARATE,
  plugins: [besideSources],
  // Packages of the older module system look for `require`.
  banner: {
    js: 'import { createRequire as $createRequire } from "node:module"; const require = $createRequire(import.meta.url);',
  },
  metafile: true,
  logLevel: "warning",
});
for (const launcher of ["stillpoint", "stillpoint.cmd"])
  cpSync(join(root, "bin", launcher), join(target, "bin", launcher));
for (const name of ["README.md", "LICENSE"])
  if (existsSync(join(root, name))) cpSync(join(root, name), join(target, name));
writeFileSync(NOTICES, notices(Object.keys(metafile.inputs)));
const { name, version, description, license, type, bin, optionalDependencies } = manifest;
const dependencies = Object.fromEntries(SEPARATE.map((each) => [each, manifest.dependencies[each]]));
const published = { name, version, description, license, type, bin, dependencies, optionalDependencies };
writeFileSync(join(target, "package.json"), `${JSON.stringify(published, undefined, 2)}\n`);

/** The licence texts of the packages that the files come from. */
function notices(files) {
  const packages = new Set(
    files.flatMap((file) => /^(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []),
  );
  const texts = [...packages]
    .sort((a, b) => a.localeCompare(b, "en"))
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
      const file = readdirSync(join(root, folder)).find((each) => /^licen[cs]e/i.test(each));
      if (file === undefined)
        throw new Error(`Cannot pack "${name}" in: it comes without its licence's text`);
      const text = readFileSync(join(root, folder, file), "utf8");
      return `${name} ${version} (${license})\n\n${text}`;
    });
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}
