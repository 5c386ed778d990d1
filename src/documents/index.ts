export { documentRoute } from './document.route.ts';
export { DocumentLinks } from './document-links.ts';
export { DocumentsResolver } from './graphql/documents.resolver.ts';
export { OrderDocuments } from './order-documents.ts';
export { linkKeys } from './rules/document-link.ts';
export { OrderDocument } from './store/order-document.entity.ts';
