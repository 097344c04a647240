import RangedMmap

// What fills a range stays in the closure that it is lent to.
#if TWIN
func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws -> Int {
  var count = 0
  let receipt = try file.write(to: range) { writer in
    writer.append(repeating: 0, count: writer.remaining)
    count = writer.count
  }
  return count + receipt.count
}
#else
func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
  var kept: RangeWriter?
  // expected-error@-1 {{lifetime-dependent variable 'kept' escapes its scope}}
  _ = try file.write(to: range) { writer in kept = writer }
  // expected-note@-1 {{it depends on the lifetime of argument 'writer'}}
  // expected-note@-2 {{this use causes the lifetime-dependent value to escape}}
  kept?.append(1)
}
#endif
