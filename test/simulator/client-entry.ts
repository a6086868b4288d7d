export * from '../../client/room/index.ts';
