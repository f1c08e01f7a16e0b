// The two modules of the contract that are there in a component only.

declare module 'quell:plugin/facts@0.1.0' {
  export function getObservations(): any[];
  export function getInstance(name: string): any;
  export function getNetworkAcl(subnet: string): any;
  export function getSecurityGroup(id: string): any;
  export function getHistory(address: string): any;
}

declare module 'quell:plugin/log@0.1.0' {
  export function write(level: import('./quell/log').Level, message: string): void;
}
