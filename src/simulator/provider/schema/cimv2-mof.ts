/** root\cimv2, as far as it is asked for: the reference pages of the CIMWin32 provider. */
export const CIMV2_MOF = `
class Win32_OperatingSystem {
  [Key] string Name;
  string Caption;
  string Version;
  string BuildNumber;
  string BuildType;
  string CSName;
  string OSArchitecture;
  string SystemDrive;
  string SystemDirectory;
  string WindowsDirectory;
  string Locale;
  uint32 OSLanguage;
  uint32 OperatingSystemSKU;
  uint32 ProductType;
  uint16 ServicePackMajorVersion;
  uint16 ServicePackMinorVersion;
  uint64 FreePhysicalMemory;
  uint64 TotalVisibleMemorySize;
  datetime LastBootUpTime;
  datetime LocalDateTime;
  datetime InstallDate;
};
class Win32_ComputerSystem {
  [Key] string Name;
  string Caption;
  string DNSHostName;
  string Domain;
  uint16 DomainRole;
  string Manufacturer;
  string Model;
  uint32 NumberOfLogicalProcessors;
  uint32 NumberOfProcessors;
  boolean PartOfDomain;
  string PrimaryOwnerName;
  uint64 TotalPhysicalMemory;
  string UserName;
  string Workgroup;
};
class Win32_ShadowCopy {
  [Key] string ID;
  string SetID;
  string VolumeName;
  string DeviceObject;
  datetime InstallDate;
  string OriginatingMachine;
  string ServiceMachine;
  uint32 Count;
  boolean Persistent;
  boolean ClientAccessible;
};
`;
