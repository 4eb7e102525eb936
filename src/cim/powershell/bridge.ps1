# The bridge between Stillpoint and the WMI service of this computer, for Windows PowerShell 5.1.
#
# It knows no class and decides nothing: the process that started it asks, one JSON line each, and it answers each with
# one JSON line. README.md beside this file has the lines. Everything is ASCII, also what it writes, so that no code page
# matters. It must never name the automatic variable for piped input: powershell.exe would then read the channel itself.
# It was never run; what it takes for granted stands in docs/unconfirmed.md under the ids that comments name.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
$VerbosePreference = 'SilentlyContinue'
$DebugPreference = 'SilentlyContinue'

$languageMode = [string]$ExecutionContext.SessionState.LanguageMode
if ($languageMode -ne 'FullLanguage') {
    # a restricted session may call no methods; the pipeline is what is left to say so (powershell-constrained)
    '{"id":0,"restricted":"' + $languageMode + '"}'
    exit 1
}

$utf8 = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
$reader = New-Object -TypeName System.IO.StreamReader -ArgumentList ([Console]::OpenStandardInput()), $utf8
$writer = New-Object -TypeName System.IO.StreamWriter -ArgumentList ([Console]::OpenStandardOutput()), $utf8
$invariant = [System.Globalization.CultureInfo]::InvariantCulture
$escape = [System.Text.RegularExpressions.MatchEvaluator] { param($found) '\u{0:x4}' -f [int][char]$found.Value }
$portionCharacters = 262144
$listings = @{}
$embeddedNames = @{}

function Format-Text($text) {
    $plain = ([string]$text).Replace('\', '\\').Replace('"', '\"')
    if ($plain -cmatch '[^\x20-\x7e]') { $plain = [regex]::Replace($plain, '[^\x20-\x7e]', $escape) }
    '"' + $plain + '"'
}

function Format-Scalar($value, $type, $isEmbedded) {
    if ($null -eq $value) { return 'null' }
    switch -regex ($type) {
        '^Boolean$' { return ([string]$value).ToLowerInvariant() }
        '^[SU]Int(8|16|32)$' { return [string]$value }
        '^[SU]Int64$' { return '{"integer":"' + $value + '"}' }
        '^Real' { return '{"real":"' + $value.ToString('R', $invariant) + '"}' }
        '^DateTime$' { return '{"datetime":' + (Format-Text $value) + '}' }
        '^Reference$' { return '{"path":' + (Format-Text $value) + '}' }
        '^Object$' { return '{"object":' + (Format-Object $value) + '}' }
    }
    if ($isEmbedded) { return '{"embedded":' + (Format-Text $value) + '}' }
    Format-Text $value
}

function Format-Property($property, $isEmbedded) {
    $type = [string]$property.Type
    $value = $property.Value
    if ($null -eq $value -or -not $property.IsArray) { return Format-Scalar $value $type $isEmbedded }
    # the long ones: pictures, lists of ranges
    if ($type -eq 'UInt8') { return '{"bytes":"' + [Convert]::ToBase64String([byte[]]$value) + '"}' }
    if ($type -match '^[SU]Int64$') { return '{"integers":"' + ($value -join ' ') + '"}' }
    $items = foreach ($item in $value) { Format-Scalar $item $type $isEmbedded }
    '[' + (@($items) -join ',') + ']'
}

function Get-EmbeddedNames($object) {
    # only the class says which of its texts are instances (powershell-qualifiers)
    $namespace = $object.psbase.GetPropertyValue('__NAMESPACE')
    $class = [string]$namespace + ':' + $object.psbase.GetPropertyValue('__CLASS')
    if (-not $embeddedNames.ContainsKey($class)) {
        $names = @{}
        if ($namespace) {
            try {
                $description = New-Object -TypeName System.Management.ManagementClass -ArgumentList $class
                foreach ($property in $description.psbase.Properties) {
                    foreach ($qualifier in $property.Qualifiers) {
                        if ('EmbeddedInstance', 'EmbeddedObject' -contains $qualifier.Name) { $names[$property.Name] = $true }
                    }
                }
            } catch {
                # a class that may not be read: its texts stay texts
                $names = @{}
            }
        }
        $embeddedNames[$class] = $names
    }
    $embeddedNames[$class]
}

function Format-Object($object) {
    $embedded = Get-EmbeddedNames $object
    $properties = foreach ($property in $object.psbase.Properties) {
        (Format-Text $property.Name) + ':' + (Format-Property $property ($embedded.ContainsKey($property.Name)))
    }
    $class = Format-Text ($object.psbase.GetPropertyValue('__CLASS'))
    $path = Format-Text ($object.psbase.GetPropertyValue('__PATH'))
    '{"class":' + $class + ',"path":' + $path + ',"properties":{' + (@($properties) -join ',') + '}}'
}

function Get-ArgumentText($argument, $namespace) {
    if ($argument.kind -eq 'text') { return [string]$argument.text }
    if ($argument.path) {
        # what exists is fetched and changed, so that the rest of it stays as it is (powershell-fetched-settings)
        $instance = New-Object -TypeName System.Management.ManagementObject -ArgumentList $argument.path
        $instance.psbase.Get()
    } else {
        # what was not given is NULL in it (powershell-gettext-null)
        $description = New-Object -TypeName System.Management.ManagementClass -ArgumentList ($namespace + ':' + $argument.class)
        $instance = $description.psbase.CreateInstance()
    }
    Set-Properties $instance $argument.properties $namespace
    $instance.psbase.GetText([System.Management.TextFormat]::CimDtd20)
}

function Set-Properties($target, $properties, $namespace) {
    # WMI makes the declared type of each text (powershell-text-scalars)
    foreach ($property in $properties) {
        if ($property.value.kind -eq 'nothing') {
            $target.psbase.SetPropertyValue($property.name, $null)
        } elseif ($property.value.kind -eq 'list') {
            [string[]]$texts = @(foreach ($item in $property.value.items) { Get-ArgumentText $item $namespace })
            $target.psbase.SetPropertyValue($property.name, $texts)
        } else {
            [string]$text = Get-ArgumentText $property.value $namespace
            $target.psbase.SetPropertyValue($property.name, $text)
        }
    }
}

function Open-Listing($request) {
    $options = New-Object -TypeName System.Management.EnumerationOptions
    $options.ReturnImmediately = $true
    $options.Rewindable = $false
    $options.BlockSize = 16
    $options.Timeout = [TimeSpan]::FromMilliseconds($request.timeoutMs)
    $searcher = New-Object -TypeName System.Management.ManagementObjectSearcher -ArgumentList $request.namespace, $request.wql, $options
    $listings[$request.id] = $searcher.psbase.Get().GetEnumerator()
}

function Read-Portion($listing, $count) {
    $items = New-Object -TypeName System.Collections.Generic.List[string]
    $characters = 0
    $more = $true
    while ($characters -lt $portionCharacters -and $items.Count -lt $count) {
        $more = $listings[$listing].MoveNext()
        if (-not $more) { $listings.Remove($listing); break }
        $object = $listings[$listing].Current
        $item = Format-Object $object
        $object.psbase.Dispose()
        $items.Add($item)
        $characters += $item.Length
    }
    '"items":[' + ($items -join ',') + '],"more":' + ([string]$more).ToLowerInvariant()
}

function Invoke-Method($request) {
    $target = New-Object -TypeName System.Management.ManagementObject -ArgumentList $request.path
    $parameters = $target.psbase.GetMethodParameters($request.method)
    if ($null -ne $parameters) { Set-Properties $parameters $request.arguments $request.namespace }
    $options = New-Object -TypeName System.Management.InvokeMethodOptions
    $result = $target.psbase.InvokeMethod($request.method, $parameters, $options)
    '"items":[' + (Format-Object $result) + '],"more":false'
}

function Get-Instance($request) {
    $instance = New-Object -TypeName System.Management.ManagementObject -ArgumentList $request.path
    $instance.psbase.Get()
    '"items":[' + (Format-Object $instance) + '],"more":false'
}

function Format-Hello($request) {
    $facts = '"version":1,"echo":' + (Format-Text $request.echo)
    $facts += ',"machine":' + (Format-Text ([Environment]::MachineName))
    '"hello":{' + $facts + ',"powershell":' + (Format-Text $PSVersionTable.PSVersion) + '}'
}

function Format-Fault($exception) {
    # PowerShell wraps what a method throws
    while ($exception.InnerException -and ($exception -isnot [System.Management.ManagementException])) {
        $exception = $exception.InnerException
    }
    $code = $exception.HResult
    $details = 'null'
    if ($exception -is [System.Management.ManagementException]) {
        $code = [int]$exception.ErrorCode
        try { if ($exception.ErrorInformation) { $details = Format-Object $exception.ErrorInformation } } catch { $details = 'null' }
    }
    $facts = '"code":' + $code + ',"message":' + (Format-Text $exception.Message)
    $type = $exception.GetType().FullName
    '"fault":{' + $facts + ',"type":' + (Format-Text $type) + ',"details":' + $details + '}'
}

while ($null -ne ($line = $reader.ReadLine())) {
    $request = ConvertFrom-Json -InputObject $line
    if ($request.operation -eq 'cancel') { $listings.Remove($request.listing); continue }
    try {
        $answer = switch ($request.operation) {
            'hello' { Format-Hello $request }
            'query' { Open-Listing $request; Read-Portion $request.id $request.count }
            'more' { Read-Portion $request.listing $request.count }
            'get' { Get-Instance $request }
            'invoke' { Invoke-Method $request }
        }
    } catch {
        $answer = Format-Fault $_.Exception
        if ($request.operation -eq 'query') { $listings.Remove($request.id) }
        if ($request.operation -eq 'more') { $listings.Remove($request.listing) }
    }
    $writer.Write('{"id":' + $request.id + ',' + [string]$answer + "}`n")
    $writer.Flush()
}
