import { closeSync, openSync } from "node:fs";

import koffi from "koffi";

import { LossboundError } from "../../base/errors.js";

/** A file mapped into memory. Its buffer must not be touched, nor transferred, after it was disposed. */
export interface MappedFile extends Disposable {
  readonly buffer: ArrayBuffer;
}

/**
 * Maps a whole file, shared: a store into the buffer is a store into the file's page in the kernel,
 * and so survives SIGKILL of this process the moment it is made. It does not survive a power cut,
 * which no process of ours is subjected to.
 *
 * The file must have `length` bytes already, written for real: touching a page that the file system
 * cannot give would end this process with SIGBUS.
 *
 * @throws LossboundError `ENVIRONMENT` when the kernel refuses.
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

// The same on Linux and macOS.
const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_FAILED = -1n;

interface Libc {
  mmap: (...args: unknown[]) => bigint;
  munmap: (...args: unknown[]) => number;
}

let opened: Libc | undefined;

/** The C library is part of this very process, whatever its file is called on this system. */
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
