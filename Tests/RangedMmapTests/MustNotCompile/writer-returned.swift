import RangedMmap

// A closure does not return it.
#if TWIN
func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
  _ = try file.write(to: range) { writer in writer.append(1) }
}
#else
func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
  _ = try file.write(to: range) { writer in writer }
  // expected-warning@-1 {{expression of type 'RangeWriter' is unused}}
}
#endif
