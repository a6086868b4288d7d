/** A class of the SDK's commands: it holds the operation and the input. */
export const commandOf = <Operation extends string, Input>(operation: Operation) =>
  class {
    readonly operation = operation;
    readonly input: Input;

    constructor(input: Input) {
      this.input = input;
    }
  };
