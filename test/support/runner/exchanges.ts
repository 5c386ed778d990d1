/** The running test's requests and answers with their correlation ids. */
export const exchanges: string[] = [];
