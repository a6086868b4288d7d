export class NodeHttpHandler {}
