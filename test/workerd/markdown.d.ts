declare module "*.md?raw" {
  const text: string;
  export default text;
}

/** Vite replaces the call by the texts of the files, or by functions that load them, by their paths. */
interface ImportMeta {
  glob(pattern: string): Readonly<Record<string, unknown>>;
  glob(
    pattern: string,
    options: { readonly query: "?raw"; readonly import: "default"; readonly eager: true },
  ): Readonly<Record<string, string>>;
}
