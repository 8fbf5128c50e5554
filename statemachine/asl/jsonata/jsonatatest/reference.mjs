// Evaluates expressions with jsonata: node reference.mjs PACKAGE < expressions > results
// PACKAGE is the directory of the npm package jsonata. A line of the input is {"expression", "input"}, one of the output has
// besides these "value", as JSON text, or "error", or neither where the expression has no value.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

process.env.TZ = 'UTC';
const jsonata = createRequire(import.meta.url)(resolve(process.argv[2]));

// A function and a number out of range have no JSON text.
function isJSON(v) {
  if (typeof v === 'function' || (v && (v._jsonata_lambda || v._jsonata_function))) return false;
  if (typeof v === 'number') return Number.isFinite(v);
  if (Array.isArray(v)) return v.every((item) => item === undefined || isJSON(item));
  if (v && typeof v === 'object') return Object.values(v).every((item) => item === undefined || isJSON(item));
  return true;
}

async function evaluate({ expression, input, variables }) {
  try {
    const value = await jsonata(expression).evaluate(input, variables ?? {});
    if (value === undefined) return {};
    return isJSON(value) ? { value: JSON.stringify(value) } : { error: 'not JSON' };
  } catch (error) {
    return { error: error.code ?? 'not JSON' };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  // The reference may change its input; the output has the one that it was given.
  console.log(JSON.stringify({ ...JSON.parse(line), ...(await evaluate(JSON.parse(line))) }));
}
