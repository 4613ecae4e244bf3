/** The part of ncc's programmatic interface that the build uses; the package ships no types. */
declare module '@vercel/ncc' {
  /** Bundles `input`. @see https://github.com/vercel/ncc#programmatically-from-nodejs */
  export default function ncc(
    input: string,
    options: {
      cache: boolean;
      minify: boolean;
      quiet: boolean;
      /** Specifiers that are not bundled, each with the module that is loaded in its place at run time. */
      externals?: Readonly<Record<string, string>>;
    },
  ): Promise<{
    readonly code: string;
    readonly assets: Readonly<Record<string, { readonly source: string | Buffer }>>;
  }>;
}
