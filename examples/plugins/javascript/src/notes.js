// Notes for the person who reads the decision, bounded in number.

/** How many are shown. More than that nobody reads, and a host refuses an answer with far too many. */
const SHOWN = 40;

/** Sentences for a person. */
export class Notes {
  /** About what the host could not tell. These come first: who runs the host can do something about it. @type {string[]} */
  unanswered = [];
  /** About addresses: why each was left out. @type {string[]} */
  leftOut = [];
  /** About what could not be read. These come last, so that rubbish never hides why an address was left out. @type {string[]} */
  unreadable = [];

  /** The first of them, and how many more there would have been. */
  finish() {
    const all = [...this.unanswered, ...this.leftOut, ...this.unreadable];
    return all.length > SHOWN ? [...all.slice(0, SHOWN), `and ${all.length - SHOWN} notes more`] : all;
  }
}
