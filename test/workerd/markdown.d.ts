declare module "*.md?raw" {
  const text: string;
  export default text;
}

/** Vite replaces the call by the texts of the files, by their paths. */
interface ImportMeta {
  glob(
    pattern: string,
    options: { readonly query: "?raw"; readonly import: "default"; readonly eager: true },
  ): Readonly<Record<string, string>>;
}
