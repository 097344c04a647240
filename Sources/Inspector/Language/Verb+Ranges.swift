import RangedMmap

// The verbs for files and for the ranges in them.

extension Verb {
  static let files = [
    Verb(
      "create", .path, .size, .flag("sparse"), .flag("force"),
      help: "make a file and open it for writing; force replaces one that exists", example: "create demo.bin 1m"
    ) { .create(path: $0, size: $1, isSparse: $2, isForced: $3) },
    Verb(
      "open", .path, .flag("write"), .flag("wait"),
      help: "open a file to look at it, or to write it too; wait for one that is absent or empty",
      example: "open demo.bin write"
    ) { .open(path: $0, forWriting: $1, isAwaited: $2) },
  ]

  static let ranges = [
    Verb(
      "allocate", .size, .optional(.times), help: "take the next pages of the file, N times, as r1, r2, …",
      example: "allocate 2p x4"
    ) { .allocate(byteCount: $0, times: $1 ?? 1) },
    Verb("write", .range, .pattern, help: "fill a range with a pattern", example: "write r1 0xa5") { .write($0, $1) },
    Verb(
      "read", .range, .optional(.offset), .optional(.length), help: "show bytes of a range as xxd does",
      example: "read r1 0 64"
    ) { .read($0, offset: $1 ?? 0, length: $2) },
    Verb(
      "verify", .range, help: "compare a range with the pattern last written to it", example: "verify r1"
    ) { .verify($0) },
    Verb(
      "flush", .range, help: "start the writeback of a range, and don't wait", example: "flush r1"
    ) { .flush($0) },
    Verb("sync", .range, help: "wait until a range is durable", example: "sync r1") { .sync($0) },
    Verb("reuse", .range, help: "make a written range writable again", example: "reuse r1") { .reuse($0) },
    Verb(
      "split", .range, .size, .optional(.rounding),
      help: "cut an allocated range in two, SIZE bytes from its start, at the next page boundary or the one before",
      example: "split r1 2p"
    ) { .split($0, at: $1, rounding: $2 ?? .up) },
  ]
}

extension Parameter where Value == SplitRounding {
  fileprivate static var rounding: Self { .choice("way to round", [.up, .down]) }
}
