import Glibc
import SystemPackage

extension FilePath {
  /// The folder that names begin in, or `nil` if it can't be told: it may have been removed.
  package static var workingFolder: FilePath? {
    // SAFETY: getcwd's answer is copied and freed here.
    unsafe getcwd(nil, 0).map { path in
      defer { unsafe free(path) }
      return unsafe FilePath(platformString: path)
    }
  }
}
