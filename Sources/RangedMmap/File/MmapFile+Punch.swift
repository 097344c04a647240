import CLinux
import SystemPackage

extension MmapFile {
  /// Gives a range's blocks back to the file system, and its pages out again: fallocate(2) with `FALLOC_FL_PUNCH_HOLE`.
  ///
  /// The pages are a hole then, read as zeros, and are *allocated*; what was *flushed* there is not any more. The file
  /// keeps its size, and so does its mapping. Where a block of the file system is larger than the range, its bytes become
  /// zeros and the block stays.
  ///
  /// ```swift
  /// let hole = try file.punch(flushed)  // consumes the proof: nothing is promised for these pages
  /// let again = try file.write(bytes, to: hole)  // a full disk is an error of this write
  /// ```
  ///
  /// A write into the hole needs new blocks, also in a file that was ``Storage/preallocated``: if there are none it throws
  /// `noSpace`, as in a sparse file. A sync of everything that is under way promises nothing for the pages, and does not
  /// count them as lost. *Lost* pages that are punched are lost no longer: their bytes were given up. The hole itself is
  /// not synced: after a crash the old bytes may be there, or zeros.
  ///
  /// - Parameter range: Of any stage; consumed. On failure the error gives it back: as it was if nothing was changed.
  /// - Returns: The same pages, allocated.
  /// - Throws: ``MmapFileError`` with `foreignRange`; with `cannotPunch`, where nothing was changed and the range comes
  ///   back as it was; with `truncated`, `noSpace` or `system`, after which pages that had bytes are *lost*.
  /// - Complexity: One statx(2) and one fallocate(2), which waits until what is dirty around the range is written, and
  ///   some stores a page.
  public func punch<Stage>(_ range: consuming PageRange<Stage>) throws(MmapFileError) -> AllocatedRange {
    do throws(MmapFileError) { try check(range) } catch { throw MmapFileError(error, returning: range) }
    let hadBytes = Stage.self != Allocated.self
    let (bytes, pages) = (range.byteRange, range.pages)
    // Before the blocks go: a sync that is under way must promise nothing for the pages, and not take them for lost.
    let former = states.takeBack(pages)
    do throws(MmapFileError) { try giveUpBlocks(bytes) } catch {
      guard error.code != .cannotPunch else {
        states.restore(former)
        throw MmapFileError(error, returning: range)
      }
      if hadBytes { states.set(pages, to: StateByte(.lost)) } else { states.restore(former) }
      throw MmapFileError(error, returning: AllocatedRange(replacing: range))
    }
    return AllocatedRange(replacing: range)
  }

  private func giveUpBlocks(_ bytes: Range<Int>) throws(MmapFileError) {
    guard !bytes.isEmpty else { return }  // fallocate(2) refuses a length of 0
    do throws(MmapFileError) { try mapping.checkCovered(bytes) } catch {
      // Without a name, a file has its blocks as before.
      guard error.code == .deleted else { throw error }
    }
    mapping.noteHoles()
    // To the end of the last page: a part of a block would be filled with zeros, and kept.
    let whole = Alignment.outward(bytes, unit: Alignment.page)
    let code = clinux_punch(descriptor.rawValue, off_t(whole.lowerBound), off_t(whole.count))
    guard code == 0 else { throw notPunched(Errno(rawValue: code), bytes) }
    mapping.mappingStates.set(Alignment.pages(of: bytes), to: .untouched)
    if mapping.stores.isOn { mapping.stores.forget(whole) }
  }

  private func notPunched(_ errno: Errno, _ bytes: Range<Int>) -> MmapFileError {
    func refused(_ reason: String, _ remedy: String) -> MmapFileError {
      MmapFileError(.cannotPunch, path: path, errno: errno, bytes: bytes, reason, remedy: remedy)
    }
    switch errno {
    case .notSupported, .noFunction, .invalidArgument:
      return refused("this file system can't punch holes", "`reuse` the range and write zeros to it: its blocks stay")
    case .notPermitted, .permissionDenied, .textFileBusy, .badFileDescriptor:
      return refused("the file's blocks can't be given up: it is sealed, append-only or in use", "`reuse` the range")
    case .noSpace, .diskQuotaExceeded:
      return MmapFileError(
        .noSpace, path: path, errno: errno, bytes: bytes, "punching needs a block for the map of the file's blocks",
        remedy: "free some space, and punch or write the range again: some of it may be gone")
    default:
      return MmapFileError(
        .system, path: path, errno: errno, bytes: bytes, "punching failed, and some of the bytes may be gone",
        remedy: "punch or write the range again")
    }
  }
}
