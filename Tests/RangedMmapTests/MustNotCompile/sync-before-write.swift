import RangedMmap

// Only what was written can be synced.
#if TWIN
func sync(_ file: MmapFile, _ range: consuming AllocatedRange) throws -> FlushedRange {
  try file.sync(try file.write([1], to: range))
}
#else
func sync(_ file: MmapFile, _ range: consuming AllocatedRange) throws -> FlushedRange {
  try file.sync(range)
  // expected-error@-1 {{cannot convert value of type 'AllocatedRange'}}
  // expected-note@-2 {{arguments to generic parameter}}
}
#endif
