// Where one has been: back and forward.

const MOST = 100;

export class Trail {
  #past = [];
  #future = [];
  #here = null;

  get here() {
    return this.#here;
  }
  get canGoBack() {
    return this.#past.length > 0;
  }
  get canGoForward() {
    return this.#future.length > 0;
  }

  goTo(place) {
    if (place === this.#here) return;
    if (this.#here !== null) this.#past.push(this.#here);
    if (this.#past.length > MOST) this.#past.shift();
    this.#here = place;
    this.#future = [];
  }
  back() {
    if (!this.canGoBack) return this.#here;
    this.#future.push(this.#here);
    return (this.#here = this.#past.pop());
  }
  forward() {
    if (!this.canGoForward) return this.#here;
    this.#past.push(this.#here);
    return (this.#here = this.#future.pop());
  }
  clear() {
    this.#past = [];
    this.#future = [];
    this.#here = null;
  }
}
