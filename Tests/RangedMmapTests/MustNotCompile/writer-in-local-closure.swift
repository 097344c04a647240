import RangedMmap

// A closure in a constant counts as one that escapes; a function does not.
#if TWIN
func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
  _ = try file.write(to: range) { writer in
    func append(_ byte: UInt8) { writer.append(byte) }
    append(1)
  }
}
#else
func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
  _ = try file.write(to: range) { writer in
    // expected-error@-1 {{lifetime-dependent variable 'writer' escapes its scope}}
    // expected-note@-2 {{it depends on the lifetime of argument 'writer'}}
    let append = { (byte: UInt8) in writer.append(byte) }
    // expected-note@-1 {{this use causes the lifetime-dependent value to escape}}
    append(1)
  }
}
#endif
