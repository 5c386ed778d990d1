export * from './errors.ts';
export * from './generated/documents.ts';
export { possibleTypes } from './possible-types.ts';
export { type QuantityFault, quantityFaultOf } from './quantity.ts';
export { type Scalars, scalars } from './scalars.ts';
