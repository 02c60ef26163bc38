(() => {
  'use strict';

  const AXIS = 24;
  const ROW = 26;
  const BAR = 20;
  const FIELDS = 12;
  const PARTS = ['computing', 'waiting', 'unknown', 'hand-over', 'start-up'];
  const [WIDTH, SHARES, CHUNKS, ITEMS, CALL, FIRST, FAILED] = [1, 2, 7, 8, 9, 10, 11];

  const number = n => Math.round(n).toLocaleString('en-US');
  const count = (n, noun) => number(n) + ' ' + noun + (n === 1 ? '' : 's');

  /** Says how long something took, in microseconds, with three digits or so. */
  const duration = micros => {
    const [value, unit] = micros < 1e3 ? [micros, 'µs'] : micros < 1e6 ? [micros / 1e3, 'ms'] : [micros / 1e6, 's'];
    return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0) + ' ' + unit;
  };

  /** Returns how places on an axis up to there are told, so that those a step apart differ. */
  const scale = (micros, step) => {
    const [size, unit] = micros < 1e3 ? [1, 'µs'] : micros < 1e6 ? [1e3, 'ms'] : [1e6, 's'];
    const digits = Math.max(0, -Math.floor(Math.log10(step / size) + 1e-9));
    return at => at === 0 ? '0' : (at / size).toFixed(digits) + ' ' + unit;
  };

  /** Returns a distance of 1, 2 or 5 of a power of ten that is no smaller than this. */
  const roundStep = least => {
    const power = 10 ** Math.floor(Math.log10(least));
    return [1, 2, 5, 10].map(n => n * power).find(step => step >= least * 0.999);
  };

  class Timeline {
    constructor(figure) {
      const data = JSON.parse(figure.querySelector('script').textContent);
      this.micros = Math.max(1, data.micros);
      this.lanes = data.lanes.map(lane => Timeline.decode(lane));
      this.canvas = figure.querySelector('canvas');
      this.plot = figure.querySelector('.plot');
      this.tip = document.createElement('div');
      this.tip.className = 'tip';
      this.tip.hidden = true;
      this.plot.append(this.tip);
      this.canvas.setAttribute('role', 'img');
      this.canvas.setAttribute('aria-label', 'Timeline of ' + count(this.lanes.length, 'worker')
          + '; the table below has the sums.');
      figure.querySelector('button').addEventListener('click', () => this.show(0, this.micros));
      this.canvas.addEventListener('dblclick', () => this.show(0, this.micros));
      this.canvas.addEventListener('pointerdown', event => this.press(event));
      this.canvas.addEventListener('pointermove', event => this.move(event));
      this.canvas.addEventListener('pointerup', event => this.release(event));
      this.canvas.addEventListener('pointercancel', () => this.cancel());
      this.canvas.addEventListener('pointerleave', () => { this.tip.hidden = true; });
      new ResizeObserver(() => this.draw()).observe(this.plot);
      matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
      this.show(0, this.micros);
    }

    /** Starts are told as distances from the one before. */
    static decode(lane) {
      let start = 0;
      for (let i = 0; i < lane.blocks.length; i += FIELDS) {
        start += lane.blocks[i];
        lane.blocks[i] = start;
      }
      return lane;
    }

    show(from, to) {
      this.from = from;
      this.to = to;
      this.draw();
    }

    x(micros) {
      return (micros - this.from) / (this.to - this.from) * this.width;
    }

    time(x) {
      return this.from + x / this.width * (this.to - this.from);
    }

    draw() {
      const ratio = window.devicePixelRatio || 1;
      this.width = Math.max(1, this.canvas.parentElement.clientWidth);
      const height = AXIS + ROW * this.lanes.length;
      this.canvas.style.height = height + 'px';
      this.canvas.width = Math.round(this.width * ratio);
      this.canvas.height = Math.round(height * ratio);
      const style = getComputedStyle(document.documentElement);
      const colour = name => style.getPropertyValue('--' + name).trim();
      const pen = this.canvas.getContext('2d');
      pen.scale(ratio, ratio);
      pen.fillStyle = colour('lane');
      this.lanes.forEach((lane, row) => pen.fillRect(0, AXIS + ROW * row + 3, this.width, BAR));
      this.drawAxis(pen, height, colour);
      PARTS.forEach((part, index) => {
        pen.fillStyle = colour(part);
        this.lanes.forEach((lane, row) => this.drawPart(pen, lane.blocks, row, index));
      });
      pen.fillStyle = colour('crash');
      this.lanes.forEach((lane, row) => this.drawFailures(pen, lane.blocks, row));
      this.lanes.forEach((lane, row) => this.drawMarks(pen, lane.marks, row, colour));
      if (this.pressed !== undefined && this.dragged !== undefined) {
        pen.fillStyle = colour('text');
        pen.globalAlpha = 0.2;
        pen.fillRect(Math.min(this.pressed, this.dragged), 0, Math.abs(this.dragged - this.pressed), height);
        pen.globalAlpha = 1;
      }
    }

    drawAxis(pen, height, colour) {
      const step = roundStep((this.to - this.from) * 90 / this.width);
      pen.font = '12px system-ui, "DejaVu Sans", sans-serif';
      pen.textBaseline = 'middle';
      const place = scale(this.to, step);
      for (let tick = Math.ceil(this.from / step) * step; tick <= this.to; tick += step) {
        const x = this.x(tick);
        pen.fillStyle = colour('line');
        pen.fillRect(Math.round(x), AXIS - 6, 1, height);
        pen.fillStyle = colour('faint');
        const label = place(tick);
        const width = pen.measureText(label).width;
        pen.fillText(label, Math.min(Math.max(0, x - width / 2), this.width - width), AXIS / 2 - 2);
      }
    }

    /** What a block is made of lies on top of each other, each part as high as its share. */
    drawPart(pen, blocks, row, part) {
      const bottom = AXIS + ROW * row + 3 + BAR;
      for (let i = 0; i < blocks.length; i += FIELDS) {
        const share = blocks[i + SHARES + part];
        const end = blocks[i] + blocks[i + WIDTH];
        if (share === 0 || end < this.from || blocks[i] > this.to) {
          continue;
        }
        let below = 0;
        for (let each = 0; each < part; each++) {
          below += blocks[i + SHARES + each];
        }
        const x = this.x(blocks[i]);
        const high = Math.min(share, 100 - below) * BAR / 100;
        const wide = this.x(end) - x;
        // Neighbours of the same kind are to look like two.
        pen.fillRect(x, bottom - below * BAR / 100 - high, wide > 4 ? wide - 0.7 : Math.max(wide, 0.8), high);
      }
    }

    drawFailures(pen, blocks, row) {
      for (let i = 0; i < blocks.length; i += FIELDS) {
        if (blocks[i + FAILED] > 0) {
          const x = this.x(blocks[i]);
          pen.fillRect(x, AXIS + ROW * row + BAR + 2, Math.max(this.x(blocks[i] + blocks[i + WIDTH]) - x, 3), 3);
        }
      }
    }

    drawMarks(pen, marks, row, colour) {
      const middle = AXIS + ROW * row + ROW / 2;
      pen.textBaseline = 'middle';
      pen.textAlign = 'center';
      pen.font = 'bold 15px system-ui, "DejaVu Sans", sans-serif';
      pen.lineWidth = 3;
      pen.strokeStyle = colour('page');
      for (let i = 0; i < marks.length; i += 5) {
        if (marks[i] < this.from || marks[i] > this.to) {
          continue;
        }
        // Side by side: after a crash there often is another attempt.
        const x = Math.min(Math.max(this.x(marks[i]), 14), this.width - 14) + (marks[i + 1] === 0 ? -7 : 7);
        const sign = marks[i + 1] === 0 ? '✕' : '↻';
        pen.strokeText(sign, x, middle);
        pen.fillStyle = colour(marks[i + 1] === 0 ? 'crash' : 'retry');
        pen.fillText(sign, x, middle);
      }
      pen.textAlign = 'start';
    }

    // ---- pointer

    press(event) {
      this.pressed = event.offsetX;
      this.canvas.setPointerCapture(event.pointerId);
    }

    move(event) {
      if (this.pressed !== undefined) {
        this.dragged = event.offsetX;
        this.tip.hidden = true;
        this.draw();
        return;
      }
      const text = this.textAt(event.offsetX, event.offsetY);
      this.tip.hidden = text === '';
      this.tip.textContent = text;
      const left = this.canvas.offsetLeft + event.offsetX + 14;
      const most = this.plot.clientWidth - this.tip.offsetWidth;
      this.tip.style.left = Math.max(0, Math.min(left, most)) + 'px';
      this.tip.style.top = event.offsetY + 18 + 'px';
    }

    release(event) {
      const [from, to] = [this.pressed, event.offsetX].map(x => this.time(Math.min(Math.max(x, 0), this.width)));
      const wide = this.pressed !== undefined && Math.abs(event.offsetX - this.pressed) > 5;
      this.cancel();
      if (wide && Math.abs(to - from) >= 10) {
        this.show(Math.min(from, to), Math.max(from, to));
      }
    }

    cancel() {
      this.pressed = undefined;
      this.dragged = undefined;
      this.draw();
    }

    textAt(x, y) {
      const lane = this.lanes[Math.floor((y - AXIS) / ROW)];
      if (y < AXIS || lane === undefined) {
        return '';
      }
      const near = (this.to - this.from) / this.width * 9;
      const micros = this.time(x);
      for (let i = 0; i < lane.marks.length; i += 5) {
        if (Math.abs(lane.marks[i] - micros) < near) {
          return Timeline.markText(lane, i);
        }
      }
      const block = Timeline.find(lane.blocks, micros, near / 9);
      return block < 0 ? '' : Timeline.blockText(lane, block);
    }

    static find(blocks, micros, near) {
      let [low, high] = [0, blocks.length / FIELDS - 1];
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (blocks[middle * FIELDS] <= micros) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      const i = low * FIELDS;
      return high >= 0 && micros >= blocks[i] - near && micros <= blocks[i] + blocks[i + WIDTH] + near ? i : -1;
    }

    static markText(lane, i) {
      const [at, kind, call, index, times] = lane.marks.slice(i, i + 5);
      const what = kind === 0 ? 'crash' : 'retry';
      const where = call > 0 ? '\nitem ' + number(index) + ' of call ' + number(call) : '';
      const more = times > 1 ? '\nand ' + number(times - 1) + ' more close to it' : '';
      return lane.name + '\n' + what + ' at ' + duration(at) + where + more;
    }

    static blockText(lane, i) {
      const b = lane.blocks.slice(i, i + FIELDS);
      const lines = [lane.name, 'at ' + duration(b[0]) + ' for ' + duration(b[WIDTH])];
      if (b[CHUNKS] === 1) {
        const last = b[FIRST] + b[ITEMS] - 1;
        lines.push((b[ITEMS] === 1 ? 'item ' + number(last) : 'items ' + number(b[FIRST]) + ' to ' + number(last))
            + (b[CALL] > 0 ? ' of call ' + number(b[CALL]) : ''));
      } else if (b[CHUNKS] > 1) {
        lines.push(count(b[CHUNKS], 'chunk') + ' with ' + count(b[ITEMS], 'item'));
      }
      lines.push(PARTS.map((part, index) => [part, b[SHARES + index]]).filter(([, share]) => share > 0)
          .map(([part, share]) => part + ' ' + share + ' %').join(', '));
      if (b[FAILED] > 0) {
        lines.push('with a failure');
      }
      return lines.join('\n');
    }
  }

  const drawn = [...document.querySelectorAll('.timeline')].map(figure => new Timeline(figure));
  document.documentElement.dataset.drawnLanes = String(drawn.reduce((sum, each) => sum + each.lanes.length, 0));
})();
