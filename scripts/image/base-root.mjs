import { copyFileSync, cpSync, existsSync, linkSync, mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { outputOf, runCommand } from "./run-command.mjs";

export const EXTRA_CERTIFICATES = "/etc/ssl/certs/extra.pem";

// As in the official images: dpkg does not wait for the disk, a slim image has no documentation, and apt keeps no packages.
const SETTINGS = {
  "etc/apt/apt.conf.d/docker-clean": 'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };\n',
  "etc/dpkg/dpkg.cfg.d/docker-apt-speedup": "force-unsafe-io\n",
  "etc/dpkg/dpkg.cfg.d/docker": [
    "path-exclude /usr/share/doc/*",
    "path-include /usr/share/doc/*/copyright",
    ...["man", "locale", "groff", "info", "lintian", "linda"].map((name) => `path-exclude /usr/share/${name}/*`),
    "",
  ].join("\n"),
};

/**
 * A root like that of a slim base image: Debian with npm.
 *
 * @param {string} suite
 * @param {string} root
 */
export function makeBaseRoot(suite, root) {
  for (const [path, text] of Object.entries(SETTINGS)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  runCommand("debootstrap", ["--variant=minbase", suite, root]);
  runCommand("chroot", [root, "apt-get", "clean"]);
  const npm = dirname(dirname(realpathSync(outputOf("sh", ["-c", "command -v npm"]))));
  cpSync(npm, join(root, "usr/local/lib/node_modules/npm"), { recursive: true, dereference: true });
  runCommand("chroot", [root, "ln", "-s", "../lib/node_modules/npm/bin/npm-cli.js", "/usr/local/bin/npm"]);
}

const NODE = "usr/local/bin/node";

/** The Node that runs this script. @param {string} root */
export function addNode(root) {
  const node = join(root, NODE);
  try {
    linkSync(process.execPath, node);
  } catch {
    copyFileSync(process.execPath, node);
  }
}

const NPM_SETTINGS = { user: "root/.npmrc", global: "usr/local/etc/npmrc" };

/** This machine's way to its package registries. @param {string} root */
export function addWayOut(root) {
  const settings = [
    ["/etc/resolv.conf", "etc/resolv.conf"],
    ["/etc/apt/apt.conf.d", "etc/apt/apt.conf.d"],
    ["/etc/ssl/certs/ca-certificates.crt", "etc/ssl/certs/ca-certificates.crt"],
    [process.env.NODE_EXTRA_CA_CERTS ?? "", EXTRA_CERTIFICATES],
    [outputOf("npm", ["config", "get", "userconfig"]), NPM_SETTINGS.user],
    [outputOf("npm", ["config", "get", "globalconfig"]), NPM_SETTINGS.global],
  ];
  for (const [file = "", target = ""] of settings) {
    if (!existsSync(file)) continue;
    mkdirSync(dirname(join(root, target)), { recursive: true });
    cpSync(file, join(root, target), { recursive: true, dereference: true });
  }
}

/**
 * What no kept copy has: the credentials of a registry that npm's settings may hold, npm's cache, and Node.
 *
 * @param {string} root
 */
export function removeUnkept(root) {
  for (const path of [...Object.values(NPM_SETTINGS), NODE]) rmSync(join(root, path), { force: true });
  rmSync(join(root, "root/.npm"), { recursive: true, force: true });
}
