/** Version of the program, put in by Vite. */
declare const __APP_VERSION__: string;
