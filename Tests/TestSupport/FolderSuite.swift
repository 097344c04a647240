/// A suite with a folder of its own for each test.
open class FolderSuite {
  /// Gone when the test has ended.
  public let folder: TemporaryFolder

  /// Makes the folder.
  public init() throws { folder = try TemporaryFolder() }
}
