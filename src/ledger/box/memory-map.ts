import { closeSync, openSync } from "node:fs";

import koffi from "koffi";

import { LossboundError } from "../../base/errors.js";

/** A file mapped into memory. Its buffer must not be touched or transferred after disposal. */
export interface MappedFile extends Disposable {
  readonly buffer: ArrayBuffer;
}

/**
 * Maps a whole file as shared memory. A store into the buffer goes to the kernel's page of the file,
 * so it survives a SIGKILL of this process as soon as it is made. It does not survive a power cut,
 * which lossbound does not test.
 *
 * The file must already have `length` bytes, and they must have been written, not just reserved.
 * Touching a page that the file system cannot provide would end this process with SIGBUS.
 *
 * @throws LossboundError `ENVIRONMENT` if the kernel refuses the mapping.
 */
export function mapFile(path: string, length: number, access: "read" | "write"): MappedFile {
  const libc = openLibc();
  const descriptor = openSync(path, access === "write" ? "r+" : "r");
  try {
    const protection = access === "write" ? PROT_READ | PROT_WRITE : PROT_READ;
    const address: bigint = libc.mmap(null, length, protection, MAP_SHARED, descriptor, 0);
    if (BigInt.asIntN(64, address) === MAP_FAILED) {
      throw new LossboundError(
        "ENVIRONMENT",
        `cannot map ${path} (${length} bytes) into memory: errno ${koffi.errno()}`,
      );
    }
    return {
      buffer: koffi.view(address, length),
      [Symbol.dispose]: () => {
        libc.munmap(address, length);
      },
    };
  } finally {
    closeSync(descriptor);
  }
}

// These values are the same on Linux and macOS.
const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_FAILED = -1n;

interface Libc {
  mmap: (...args: unknown[]) => bigint;
  munmap: (...args: unknown[]) => number;
}

let opened: Libc | undefined;

/** Loads libc from this process, which avoids the platform's name for the library file. */
function openLibc(): Libc {
  if (opened === undefined) {
    const process = koffi.load(null);
    opened = {
      mmap: process.func(
        "void *mmap(void *address, size_t length, int protection, int flags, int descriptor, int64_t offset)",
      ),
      munmap: process.func("int munmap(void *address, size_t length)"),
    };
  }
  return opened;
}
