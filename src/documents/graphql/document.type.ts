import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { DateTimeScalar, URLScalar } from '../../platform/graphql/scalars.ts';
import { DOCUMENT_KINDS, type DocumentKind } from '../rules/document-kind.ts';

export const TopupDocumentKind = Object.fromEntries(DOCUMENT_KINDS.map((kind) => [kind, kind])) as {
  [K in DocumentKind]: K;
};
registerEnumType(TopupDocumentKind, {
  name: 'TopupDocumentKind',
  description: 'The kind of a document.',
  valuesConfig: {
    QUOTATION: { description: 'The prices of one quote; an order that was quoted anew has one for each quote.' },
    RECEIPT: { description: 'Lists the payments up to the credit. It never names the PI.' },
    BOOKED_INVOICE: { description: 'The invoice as accounting booked it, with the number of the PI.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'A document of an order as PDF, in the language of its organization. Its bytes never change.',
})
export class TopupDocument {
  @Field(() => TopupDocumentKind, { description: 'The kind of the document.' })
  kind!: DocumentKind;

  @Field(() => URLScalar, {
    description: 'The link, for a GET without a token: whoever has it can read the document until `expiresAt`.',
  })
  url!: string;

  @Field(() => DateTimeScalar, {
    description: 'The end of the link, ten minutes after this answer. Ask again for a new one.',
  })
  expiresAt!: Date;
}
