import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An address that the mail server refused since it last accepted a mail for it. */
@Entity('refused_mail_addresses')
export class RefusedMailAddress {
  @PrimaryColumn({ name: 'address_hash', type: 'text', primaryKeyConstraintName: 'refused_mail_addresses_pkey' })
  addressHash!: string;

  /** The organization whose mail was refused last. */
  @Column({ name: 'organization_id', type: 'text' })
  organizationId!: string;

  @Column({ type: 'text' })
  hint!: string;

  @Column({ type: 'integer' })
  refusals!: number;

  @Column({ type: 'text' })
  reason!: string;

  @Column({ name: 'refused_at', type: 'timestamptz', precision: 3 })
  refusedAt!: Date;
}
