"use strict";
// Bytes: text, hexadecimal, base58 and base64url, CRC-32, SHA-256 (FIPS 180-4) and SHA-512. Nothing of this asks a library, the
// network or the browser's own cryptography, which browsers do not give to a page that lies on a disk.

const MASK64 = (1n << 64n) - 1n;

const utf8 = (text) => new TextEncoder().encode(text);
const text_of = (bytes) => new TextDecoder("utf-8", {fatal: true, ignoreBOM: true}).decode(bytes);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

function same(one, other) {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}

const ALPHABET58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

function from_base58(text) {
  if (text.length > 200) throw new Error("too long");
  let number = 0n;
  for (const char of text) {
    const value = ALPHABET58.indexOf(char);
    if (value < 0) throw new Error("not base58");
    number = number * 58n + BigInt(value);
  }
  const bytes = [];
  for (; number > 0n; number >>= 8n) bytes.unshift(Number(number & 255n));
  for (const char of text) { if (char !== "1") break; bytes.unshift(0); }
  return Uint8Array.from(bytes);
}

const ALPHABET64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function from_base64url(text) {
  const bytes = [];
  let held = 0, bits = 0;
  for (const char of text) {
    const value = ALPHABET64.indexOf(char);
    if (value < 0) throw new Error("not base64url");
    held = (held << 6) | value;
    bits += 6;
    if (bits >= 8) { bits -= 8; bytes.push((held >> bits) & 255); held &= (1 << bits) - 1; }
  }
  if (held !== 0 || bits >= 6) throw new Error("not base64url");
  return Uint8Array.from(bytes);
}

const CRC_TABLE = Array.from({length: 256}, (_, number) => {
  for (let bit = 0; bit < 8; bit += 1) number = number & 1 ? (number >>> 1) ^ 0xedb88320 : number >>> 1;
  return number >>> 0;
});

function crc32(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (sum >>> 8) ^ CRC_TABLE[(sum ^ byte) & 255];
  return (sum ^ 0xffffffff) >>> 0;
}

// The constants of SHA-2 are the first 64 bits behind the point of roots of primes: of the square roots of the first eight, and of
// the cube roots of the first eighty; those of SHA-256 are the upper halves of the first sixty-four.
function root(number, power) {
  let low = 0n, high = 1n << 100n;
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** power <= number) low = middle; else high = middle - 1n;
  }
  return low;
}

const PRIMES = [];
for (let number = 2; PRIMES.length < 80; number += 1) if (PRIMES.every((prime) => number % prime)) PRIMES.push(number);
const SQUARES = PRIMES.slice(0, 8).map((prime) => root(BigInt(prime) << 128n, 2n) & MASK64);
const CUBES = PRIMES.map((prime) => root(BigInt(prime) << 192n, 3n) & MASK64);
const START256 = SQUARES.map((value) => Number(value >> 32n));
const ROUND256 = CUBES.slice(0, 64).map((value) => Number(value >> 32n));

function padded(bytes, block) {
  const length_bytes = block / 8;
  const size = Math.ceil((bytes.length + 1 + length_bytes) / block) * block;
  const whole = new Uint8Array(size);
  whole.set(bytes);
  whole[bytes.length] = 128;
  let bits = BigInt(bytes.length) * 8n;
  for (let at = size - 1; bits > 0n; at -= 1, bits >>= 8n) whole[at] = Number(bits & 255n);
  return whole;
}

function sha256(bytes) {
  const data = padded(bytes, 64), state = START256.slice(), words = new Uint32Array(64);
  const turn = (value, by) => (value >>> by) | (value << (32 - by));
  for (let start = 0; start < data.length; start += 64) {
    for (let at = 0; at < 16; at += 1) {
      const from = start + 4 * at;
      words[at] = (data[from] << 24) | (data[from + 1] << 16) | (data[from + 2] << 8) | data[from + 3];
    }
    for (let at = 16; at < 64; at += 1) {
      const early = words[at - 15], late = words[at - 2];
      const s0 = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3), s1 = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
      words[at] = (words[at - 16] + s0 + words[at - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let at = 0; at < 64; at += 1) {
      const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25), choice = (e & f) ^ (~e & g);
      const first = (h + s1 + choice + ROUND256[at] + words[at]) | 0;
      const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22), most = (a & b) ^ (a & c) ^ (b & c);
      h = g; g = f; f = e; e = (d + first) | 0; d = c; c = b; b = a; a = (first + s0 + most) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((value, at) => { state[at] = (state[at] + value) | 0; });
  }
  return Uint8Array.from(state.flatMap((word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 255)));
}

function sha512(bytes) {
  const data = padded(bytes, 128), state = SQUARES.slice(), words = new Array(80);
  const turn = (value, by) => ((value >> by) | (value << (64n - by))) & MASK64;
  for (let start = 0; start < data.length; start += 128) {
    for (let at = 0; at < 16; at += 1) {
      words[at] = 0n;
      for (let byte = 0; byte < 8; byte += 1) words[at] = (words[at] << 8n) | BigInt(data[start + 8 * at + byte]);
    }
    for (let at = 16; at < 80; at += 1) {
      const early = words[at - 15], late = words[at - 2];
      const s0 = turn(early, 1n) ^ turn(early, 8n) ^ (early >> 7n), s1 = turn(late, 19n) ^ turn(late, 61n) ^ (late >> 6n);
      words[at] = (words[at - 16] + s0 + words[at - 7] + s1) & MASK64;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let at = 0; at < 80; at += 1) {
      const s1 = turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n), choice = (e & f) ^ ((e ^ MASK64) & g);
      const first = (h + s1 + choice + CUBES[at] + words[at]) & MASK64;
      const s0 = turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n), most = (a & b) ^ (a & c) ^ (b & c);
      h = g; g = f; f = e; e = (d + first) & MASK64; d = c; c = b; b = a; a = (first + s0 + most) & MASK64;
    }
    [a, b, c, d, e, f, g, h].forEach((value, at) => { state[at] = (state[at] + value) & MASK64; });
  }
  return Uint8Array.from(state.flatMap((word) => [56n, 48n, 40n, 32n, 24n, 16n, 8n, 0n].map((shift) => Number((word >> shift) & 255n))));
}
