import CTestSupport
import Foundation
import PageCache
import SystemPackage
import TestSupport
import Testing

extension InTerminal {
  @Suite("The screen disturbs nothing")
  final class QuietScreenTests: StartsProgram {
    private static let pages = 4096

    private var file: FilePath { folder.file("a") }

    /// Puts 16 MiB on the disk of which the first four pages were read, one after the other.
    private func prepare() throws {
      try folder.put("a", [UInt8](repeating: 7, count: Self.pages * 4096))
      let descriptor = try FileDescriptor.open(file, .readWrite)
      defer { try? descriptor.close() }
      #expect(fsync(descriptor.rawValue) == 0)
      #expect(posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED) == 0)
      let reader = try FileDescriptor.open(file, .readOnly)
      defer { try? reader.close() }
      var bytes = [UInt8](repeating: 0, count: 4096)
      for page in 0..<4 {
        // SAFETY: the array has room for what is asked for.
        #expect(unsafe pread(reader.rawValue, &bytes, bytes.count, off_t(page * 4096)) == bytes.count)
      }
    }

    /// Which pages are in memory, and how many of them are active, where that may be known.
    private func cached() throws -> (pages: Set<Int>, active: Int) {
      let descriptor = try FileDescriptor.open(file, .readOnly)
      defer { try? descriptor.close() }
      let states = (0..<Self.pages).map { ctest_page_state(descriptor.rawValue, UInt($0)) }
      guard states.allSatisfy({ $0 >= 0 }) else { try skip("the kernel does not say what is in memory here") }
      // SAFETY: the path is a C string for the length of the call.
      return (Set(states.indices.filter { states[$0] & 1 != 0 }), unsafe ctest_active_pages(file.string))
    }

    private func expectSame(_ before: (pages: Set<Int>, active: Int)) throws {
      let now = try cached()
      let new = now.pages.subtracting(before.pages)
      #expect(new.isEmpty, "\(before.pages.count) pages were in memory, and \(new.count) others came")
      if before.active >= 0 {
        #expect(now.active <= before.active)
      } else {
        print("which pages are active is for root to know")
      }
    }

    @Test("Each layer, the arrows, zoom and help leave in memory what was there")
    func screen() throws {
      try prepare()
      let before = try cached()
      if before.pages.count == Self.pages { try skip("all of the file is in memory here") }
      let window = try start("a", 120, 40)
      try window.waitFor("kernel · read only")
      for layer in ["both layers", "library", "kernel"] {
        try window.type("L")
        try window.waitFor("\(layer) · read only")
        try window.type("Right", "Right", "Down", "Up", "End", "Home", "+", "+", "-", "0")
      }
      // Page by page, so that the bytes of all in view are compared.
      try window.type("+", "+", "+", "+", ":", "page 2", "Enter")
      try window.waitFor("page 2 at 0x2000")
      // What is known of a page may lie over the panes.
      try window.type("Escape", "?")
      try window.waitFor("one screen down")
      try window.type("Escape")
      try window.waitFor("page 2 at 0x2000")
      try window.quit()
      try expectSame(before)
    }

    @Test("So does a picture that is taken without a terminal")
    func headless() throws {
      try prepare()
      let before = try cached()
      if before.pages.count == Self.pages { try skip("all of the file is in memory here") }
      for layer in ["kernel", "both", "library"] {
        let outcome = try run(
          mmapview, ["a", "--headless", "--layer", layer, "-c", "screen", "-c", "page 2", "-c", "screen"],
          in: folder.path.string)
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      try expectSame(before)
    }
  }
}
