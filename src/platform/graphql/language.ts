import { Arg, registerEnumType } from 'type-graphql';
import type { Language } from '../../kernel/translated.ts';

export const TopupLanguage = { ID: 'ID', EN: 'EN' } as const satisfies { [L in Language]: L };
registerEnumType(TopupLanguage, {
  name: 'TopupLanguage',
  description: 'A language of labels and descriptions.',
  valuesConfig: {
    ID: { description: 'Indonesian.' },
    EN: { description: 'English.' },
  },
});

/** The argument `language` of a label or a description. */
export const InLanguage = () =>
  Arg('language', () => TopupLanguage, {
    nullable: true,
    description:
      'The language to answer in, where the catalogue has the text in it. Without it: English, or the one text that there is.',
  });
