import RangedMmap

// What was lent can't be replaced.
#if TWIN
func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
  _ = try file.write(to: range) { writer in writer.append(1) }
}
#else
func fill(_ file: MmapFile, _ range: consuming AllocatedRange, _ other: RangeWriter) throws {
  _ = try file.write(to: range) { writer in writer = other }
  // expected-error@-1 {{cannot assign to value: 'writer' is a 'let' constant}}
}
#endif
