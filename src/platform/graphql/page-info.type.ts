import { Directive, Field, ObjectType } from 'type-graphql';

@ObjectType({ simpleResolvers: true, description: 'The position of a page in its list, as Relay defines it.' })
@Directive('@shareable')
export class PageInfo {
  @Field(() => Boolean, { description: 'True if more items follow this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'True if the query gave `after`, so that a page precedes this one.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first item; null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last item; null on an empty page.' })
  endCursor!: string | null;
}
