import CTestSupport
import Foundation
import PageCache
import RangedMmap
import SystemPackage
import TestSupport
import Testing

@testable import Inspector

@Suite("Pages that were evicted")
final class EvictedPagesTests: SessionSuite {
  @Test("They are counted where the kernel has a trace of them, in lines, in JSON and for a script")
  func counted() throws {
    let path = folder.file("a")
    let file = try FileDescriptor.open(
      path, .readWrite, options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
    defer { try? file.close() }
    _ = try file.writeAll(toAbsoluteOffset: 0, [UInt8](repeating: 7, count: 64 * 4096))
    #expect(fsync(file.rawValue) == 0)
    try perform("open \(path)")
    let before = try perform("status json").lines.joined()
    if before.contains(#""evicted":null"#) {
      #expect(before.contains(#""recentlyEvicted":null"#))
      try skip("the kernel counts no evicted pages here (cachestat(2))")
    }
    #expect(before.contains(#""evicted":0,"recentlyEvicted":0"#))
    #expect(try perform("status").lines.joined().contains("evicted") == false)
    let toucher = try Toucher(path, ["read 0,16,32,48", "out"])
    defer { toucher.end() }
    #expect(toucher.step() && toucher.step())
    if ctest_page_state(file.rawValue, 0) & 1 != 0 { try skip("the kernel evicts no page of this file on request") }
    try perform("expect kernel evicted 1+")
    try perform("expect kernel recentlyEvicted 0+")
    try perform("expect kernel 0-15 evicted 1+ within 1s")
    let after = try perform("status json").lines.joined()
    #expect(after.contains(#""evicted":"#) && !after.contains(#""evicted":0"#))
    #expect(try perform("status").lines.joined().contains(" of them recently"))
    #expect(try perform("kernel 0-15").lines.last?.contains(" evicted, ") == true)
    let evicted = try PageCache.counts(of: file, bytes: 0..<16 * 4096).evicted
    #expect(try perform("kernel 0-15 json").lines.joined().contains("\"evicted\":\(evicted),"))
    #expect(throws: CommandError.self) { try self.perform("expect kernel evicted 65+") }
  }
}
