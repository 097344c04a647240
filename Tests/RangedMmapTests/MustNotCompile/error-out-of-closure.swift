import RangedMmap

// A closure throws any error, unless the type is named.
#if TWIN
func copy(_ file: MmapFile, _ box: HandOver<WriteReceipt>) throws(MmapFileError) {
  try box.withValue { (receipt) throws(MmapFileError) in try file.flush(receipt) }
}
#else
func copy(_ file: MmapFile, _ box: HandOver<WriteReceipt>) throws(MmapFileError) {
  try box.withValue { receipt in try file.flush(receipt) }
  // expected-error@-1 {{thrown expression type 'any Error' cannot be converted to error type 'MmapFileError'}}
}
#endif
